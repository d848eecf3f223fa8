import CLatin
import Tensors

/// Decodes UTF-8 whose scalars are below 256 into one byte for each.
///
/// Where the processor can shuffle the bytes of a vector, `CLatin` takes sixteen at a time. Elsewhere:
/// such text has three kinds of bytes: ASCII, the leads 0xC2 and 0xC3, and the byte that follows a
/// lead. After 0xC2 that byte is the value itself, after 0xC3 it lacks 0x40. So eight bytes at a time
/// are checked and given their values in one word; then each is written, and a lead is written over by
/// the next: there is no branch that bytes of weights, as good as random, could mislead.
///
/// Safe, since it writes inside its output alone; whoever makes one promises that the output stays.
@safe
struct LatinDecoder {
  private let output: UnsafeMutableRawBufferPointer
  /// The bytes decoded so far.
  private(set) var count = 0

  private static let high: UInt64 = 0x8080_8080_8080_8080

  /// For each set of the places of eight bytes, those of its complement in order, a byte each.
  private static let orders: [UInt64] = (0..<256).map { leftOut in
    (0..<8).reversed().reduce(into: UInt64(0)) { order, place in
      if leftOut >> place & 1 == 0 { order = order << 8 | UInt64(place) }
    }
  }
  private static let hasVectors = latin_can_decode()

  private let usesVectors: Bool

  /// A decoder that fills `output`, by vectors where the processor can and they are not forbidden.
  init(_ output: UnsafeMutableRawBufferPointer, vectors: Bool = true) {
    unsafe self.output = output
    usesVectors = vectors && Self.hasVectors
  }

  /// All the bytes that a text spells.
  ///
  /// - Throws: `Failure` where it has a scalar above 255.
  static func bytes(
    _ text: UnsafeRawBufferPointer, _ encoding: PickleText.Encoding
  ) throws -> [UInt8] {
    switch encoding {
    case .utf8:
      return try unsafe [UInt8](unsafeUninitializedCapacity: text.count) { output, count in
        var decoder = unsafe LatinDecoder(UnsafeMutableRawBufferPointer(output))
        try unsafe decoder.decode(text)
        count = decoder.count
      }
    case .rawUnicodeEscape:
      let scalars = unsafe RawUnicodeEscape.scalars(CheckedBytes(text))
      let bytes = scalars?.compactMap { UInt8(exactly: $0.value) }
      guard let bytes, let scalars, scalars.count == bytes.count
      else { throw wrong }
      return bytes
    }
  }

  /// The end of a whole scalar at `end` or just before it.
  static func boundary(in bytes: UnsafeRawBufferPointer, near end: Int) -> Int {
    unsafe end > 1 && end < bytes.count && bytes[end] & 0xC0 == 0x80 ? end - 1 : end
  }

  /// Decodes whole scalars; the next call goes on after them.
  ///
  /// - Throws: `Failure` where `input` is no such text, or has more scalars than the output has room.
  mutating func decode(_ input: UnsafeRawBufferPointer) throws {
    var index = 0
    if let from = input.baseAddress, let into = unsafe output.baseAddress {
      if usesVectors { index = try unsafe decodeVectors(from, input.count, into) }
      unsafe index += try decodeWords(from + index, input.count - index, into)
    }
    while index < input.count {
      let byte = unsafe input[index]
      var value = byte
      if byte >= 0x80 {
        guard byte & 0xFE == 0xC2, index + 1 < input.count, unsafe input[index + 1] & 0xC0 == 0x80
        else {
          throw Self.wrong
        }
        value = unsafe byte << 6 | input[index + 1] & 0x3F
        index += 1
      }
      guard unsafe count < output.count else {
        throw Failure(expected: unsafe "a text of \(output.count) bytes", found: "a longer one")
      }
      unsafe output[count] = value
      count += 1
      index += 1
    }
  }

  /// Decodes as many whole vectors as there are and fit, and says where the rest begins.
  private mutating func decodeVectors(
    _ from: UnsafeRawPointer, _ size: Int, _ into: UnsafeMutableRawPointer
  ) throws -> Int {
    let progress = unsafe Self.orders.withUnsafeBufferPointer {
      unsafe latin_decode(
        from.assumingMemoryBound(to: UInt8.self), size,
        (into + count).assumingMemoryBound(to: UInt8.self), output.count - count, $0.baseAddress)
    }
    guard progress.sound else { throw Self.wrong }
    count += progress.written
    return progress.taken
  }

  /// Decodes as many whole words as there are and fit, and says where the rest begins.
  private mutating func decodeWords(
    _ from: UnsafeRawPointer, _ size: Int, _ into: UnsafeMutableRawPointer
  ) throws -> Int {
    let high = Self.high
    let room = unsafe output.count
    var index = 0
    var done = count
    // The leads of the word before, and those that were 0xC3: bit 7 of their bytes.
    var lastLeads: UInt64 = 0
    var lastC3: UInt64 = 0
    var wrong: UInt64 = 0
    while size - index >= 8, room - done >= 8 {
      let word = unsafe UInt64(
        littleEndian: from.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
      if word & high == 0 {
        wrong |= lastLeads >> 56
        lastLeads = 0
        lastC3 = 0
        unsafe into.storeBytes(of: word.littleEndian, toByteOffset: done, as: UInt64.self)
        done += 8
        continue
      }
      let leads = word & (word << 1) & high
      let followers = word & ~(word << 1) & high
      let c3 = leads & (word << 7)
      wrong |= followers ^ (leads << 8 | lastLeads >> 56)
      wrong |= (word ^ 0xC2C2_C2C2_C2C2_C2C2) & ((leads >> 7) &* 0xFE)
      // From 10xxxxxx to 11xxxxxx.
      var values = word ^ ((c3 << 8 | lastC3 >> 56) >> 1)
      var keeps = (leads ^ high) >> 7
      lastLeads = leads
      lastC3 = c3
      for _ in 0..<8 {
        unsafe into.storeBytes(
          of: UInt8(truncatingIfNeeded: values), toByteOffset: done, as: UInt8.self)
        done &+= Int(truncatingIfNeeded: keeps & 1)
        values >>= 8
        keeps >>= 8
      }
    }
    guard wrong == 0 else { throw Self.wrong }
    count = done
    // A lead at the end waits for the byte that follows it.
    return lastLeads >> 63 == 1 ? index - 1 : index
  }

  private static var wrong: Failure {
    Failure(expected: "bytes as a text of Latin-1 letters", found: "another text")
  }
}
