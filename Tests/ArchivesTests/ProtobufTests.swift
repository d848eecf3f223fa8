import Tensors
import Testing

@testable import Archives

@Suite("protobuf's wire format")
struct ProtobufTests {
  /// The fields of a message of the given bytes, in words.
  private func fields(_ bytes: [UInt8]) throws -> [String] {
    try HeapBytes(bytes).withCheckedBytes { bytes in
      var fields = ProtobufFields(bytes, 0..<bytes.count, place: "message")
      var result: [String] = []
      while let field = try fields.next() { result.append("\(field.number): \(field.value)") }
      return result
    }
  }

  private func refusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try failure({ _ = try fields(bytes) }, sourceLocation: sourceLocation).description
  }

  @Test func `fields of every wire type are read`() throws {
    let bytes: [UInt8] =
      [0x08, 0x96, 0x01] + [0x11, 1, 0, 0, 0, 0, 0, 0, 0x80] + [0x1A, 2, 0x68, 0x69]
      + [0x25, 0, 0, 0x80, 0x3F]
    #expect(
      try fields(bytes) == [
        "1: varint(150)", "2: eightBytes(9223372036854775809)", "3: part(Range(14..<16))",
        "4: fourBytes(1065353216)",
      ])
  }

  @Test func `a number has at most 64 bits`() throws {
    let largest: [UInt8] = [0x08] + Array(repeating: 0xFF, count: 9) + [0x01]
    #expect(try fields(largest) == ["1: varint(18446744073709551615)"])
    let tooLarge: [UInt8] = [0x08] + Array(repeating: 0xFF, count: 9) + [0x02]
    #expect(try refusal(tooLarge).contains("64 bits"))
    let endless: [UInt8] = [0x08] + Array(repeating: 0x80, count: 100)
    #expect(try refusal(endless).contains("64 bits"))
    #expect(try refusal([0x08, 0x80]).contains("end of the message"))
  }

  @Test(
    arguments: [
      [0x00, 0x00], [0x02, 0x00], [0xFA, 0xFF, 0xFF, 0xFF, 0x7F, 0x00],
    ] as [[UInt8]])
  func `a field's number is from 1 to 2^29 - 1`(_ bytes: [UInt8]) throws {
    #expect(try refusal(bytes).contains("field's number"))
  }

  @Test(arguments: [3, 4, 6, 7] as [UInt8])
  func `groups and wire types that do not exist are refused`(_ type: UInt8) throws {
    #expect(try refusal([0x08 | type, 0, 0]).contains("wire type"))
  }

  @Test(
    arguments: [
      [0x0A, 0x01], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
      [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ] as [[UInt8]])
  func `a length beyond the end is refused`(_ bytes: [UInt8]) throws {
    #expect(try refusal(bytes).contains("a length of"))
  }

  @Test func `half a fixed number is refused`() throws {
    #expect(try refusal([0x09, 0, 0, 0, 0, 0, 0, 0]).contains("eight bytes"))
    #expect(try refusal([0x0D, 0, 0, 0]).contains("four bytes"))
  }

  @Test func `messages are written as the encoding guide has them`() throws {
    var inner = ProtobufMessage()
    inner.add(1, 150)
    var message = ProtobufMessage()
    message.add(2, "testing")
    message.add(3, inner)
    message.add(1, -2)
    message.add(4, Float(1))
    let bytes = try written { try message.write(to: $0) }
    #expect(
      bytes == [0x12, 7] + Array("testing".utf8) + [0x1A, 3, 0x08, 0x96, 0x01]
        + [0x08, 0xFE] + Array(repeating: 0xFF, count: 8) + [0x01] + [0x25, 0, 0, 0x80, 0x3F])
    #expect(message.byteCount == bytes.count)
  }

  @Test func `a tensor's elements are written row by row, whatever its strides`() throws {
    let tensor = try Tensor(.uint8, shape: [2, 3], bytes: [1, 2, 3, 4, 5, 6]).permuted([1, 0])
    var inner = ProtobufMessage()
    inner.add(9, elementsOf: tensor)
    var message = ProtobufMessage()
    message.add(1, inner)
    let bytes = try written { try message.write(to: $0) }
    #expect(bytes == [0x0A, 8, 0x4A, 6, 1, 4, 2, 5, 3, 6])
  }

  @Test func `a length that cannot be counted does not overflow`() throws {
    let endless = try Tensor(
      .uint8, shape: [1 << 40, 1 << 22], strides: [0, 0], source: HeapBytes([0]))
    var message = ProtobufMessage()
    message.add(1, elementsOf: endless)
    message.add(1, elementsOf: endless)
    #expect(message.byteCount == .max)
  }
}
