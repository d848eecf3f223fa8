import CFuzzer
import Tensors

/// A format whose parts are guarded by checksums: mutations that only break those go no deeper.
public protocol Checked {
  /// The parts of a file worth changing in place: headers, chunks, members.
  static func parts(of bytes: UnsafeMutableRawBufferPointer) -> [Range<Int>]
  /// Makes the checksums of a file good, as far as it is still one.
  static func repair(_ bytes: UnsafeMutableRawBufferPointer)
}

/// One of libFuzzer's mutations, in a part of the file or in the whole of it; then, mostly, checksums
/// are made good.
///
/// - Returns: how many bytes there are now, at most `limit`.
public func mutate<Format: Checked>(
  _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, seed: UInt32, as _: Format.Type
) -> Int {
  var random = SplitMix64(seed: UInt64(seed))
  let whole = unsafe UnsafeMutableRawBufferPointer(start: data, count: count)
  var count = count
  if Bool.random(using: &random),
    let part = unsafe Format.parts(of: whole).filter({ !$0.isEmpty }).randomElement(using: &random)
  {
    // Its length stays, and with it every offset in the file.
    let kept = unsafe LLVMFuzzerMutate(data + part.lowerBound, part.count, part.count)
    for position in part.lowerBound + kept..<max(part.upperBound, part.lowerBound + kept) {
      unsafe data[position] = 0
    }
  } else {
    count = unsafe LLVMFuzzerMutate(data, count, limit)
  }
  if Int.random(in: 0..<8, using: &random) > 0 {
    unsafe Format.repair(UnsafeMutableRawBufferPointer(start: data, count: count))
  }
  return count
}

extension UnsafeMutableRawBufferPointer {
  /// The little-endian number at `offset`, or nil where the bytes end before.
  func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Int? {
    guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return nil }
    return unsafe Int(
      exactly: Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self)))
  }

  /// Sets the little-endian number at `offset`, where there is room for it.
  func set<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
    guard offset >= 0, offset <= count - MemoryLayout<Number>.size else { return }
    unsafe storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
  }

  /// The bytes of `range`, or nil where it is not inside.
  func part(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return unsafe UnsafeRawBufferPointer(rebasing: self[range])
  }

  /// Whether these bytes are at `offset`.
  func has(_ signature: StaticString, at offset: Int) -> Bool {
    unsafe part(offset..<offset + signature.utf8CodeUnitCount)?.elementsEqual(
      UnsafeBufferPointer(start: signature.utf8Start, count: signature.utf8CodeUnitCount)) ?? false
  }
}

/// CRC-32 (ISO 3309), as zip and PNG have it.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  ~bytes.reduce(UInt32.max) { sum, byte in
    crcTable[Int(truncatingIfNeeded: (sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8
  }
}

private let crcTable: [UInt32] = (0..<256).map { number in
  (0..<8).reduce(UInt32(number)) { sum, _ in sum & 1 == 1 ? 0xEDB8_8320 ^ sum >> 1 : sum >> 1 }
}
