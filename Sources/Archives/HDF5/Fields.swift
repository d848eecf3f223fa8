import Tensors

/// A block of the file's bytes, read field by field and never past the block's end.
///
/// All fields of HDF5 metadata are little-endian.
struct Fields {
  /// Whom errors speak of.
  let subject: Subject
  /// The offset in the file of the next field.
  private(set) var position: Int
  /// The offset in the file behind the block.
  let end: Int
  /// The rule that a block without room for a field breaks.
  private let rule: ProfileRule
  private let bytes: CheckedBytes

  /// The block at `range` of the whole file's `bytes`.
  ///
  /// - Throws: `Failure` that names `rule` where the block reaches out of the file.
  init(
    _ bytes: CheckedBytes, _ range: Range<Int>, of subject: Subject, _ rule: ProfileRule
  ) throws {
    try subject.require(
      range.lowerBound >= 0 && range.upperBound <= bytes.count, rule, at: range.lowerBound,
      expected: "a block inside the file's \(bytes.count) bytes", found: "\(range.count) bytes")
    self.bytes = bytes
    self.subject = subject
    self.rule = rule
    position = range.lowerBound
    end = range.upperBound
  }

  /// The bytes that have not been read.
  var remaining: Int { end - position }

  /// The next field: an unsigned number.
  mutating func next<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _: Number.Type = Number.self
  ) throws -> Number {
    let field = try take(MemoryLayout<Number>.size)
    return Number(littleEndian: field.loadUnaligned(as: Number.self))
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> CheckedBytes {
    try require(
      count >= 0 && count <= remaining, rule, expected: "\(count) more bytes of the block",
      found: "\(remaining)")
    let field = CheckedBytes(rebasing: bytes[position..<position + count])
    position += count
    return field
  }

  /// The next `count` bytes as a block of their own, whose shortness breaks `rule`.
  mutating func part(_ count: Int, _ rule: ProfileRule) throws -> Fields {
    let start = position
    _ = try take(count)
    return try Fields(bytes, start..<start + count, of: subject, rule)
  }

  /// Checks that no byte is left.
  func finish() throws {
    try require(
      remaining == 0, rule, expected: "the end of the block", found: "\(remaining) more bytes")
  }

  /// Checks that `condition` holds of what was just read; see `Subject.require`.
  func require(
    _ condition: Bool, _ rule: ProfileRule, goingOn: Bool = false,
    expected: @autoclosure () -> String, found: @autoclosure () -> String
  ) throws {
    try subject.require(
      condition, rule, at: position, goingOn: goingOn, expected: expected(), found: found())
  }
}

/// Whether every byte is 0.
func isZero(_ bytes: CheckedBytes) -> Bool {
  var position = 0
  while position + 8 <= bytes.count {
    if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) != 0 { return false }
    position += 8
  }
  return bytes[position...].allSatisfy { $0 == 0 }
}

/// `0x` and the hexadecimal digits of `value`.
func hexadecimal(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
