import HDF5Records
import Testing

@testable import Archives

@Suite("Records between processes") struct RecordTests {
  static let samples: [Record] = [
    .group(name: "größe"), .end, .finished, .failed(place: "/a", message: "why"),
    .unfiltered(code: 1),
    .attribute(member: nil, name: "a", .none), .attribute(member: "w", name: "a", .text("")),
    .value(name: "v", .texts(["a", "", "ccc"])), .value(name: "v", .byteRows([[1, 2], []])),
    .value(name: "v", .bytes([0, 255])),
    .value(
      name: "v",
      .numbers(StoredType(element: "int16", isBigEndian: true, shape: [1, 2]), [1, 2, 3, 4])),
    .dataset(
      name: "w",
      StoredArray(
        type: StoredType(element: "float32", isBigEndian: false, shape: [3, 1 << 40]),
        place: .file(offset: .max))),
    .dataset(
      name: "w",
      StoredArray(
        type: StoredType(element: "float32", isBigEndian: false, shape: []), place: .streamed(4))),
  ]

  @Test(arguments: samples) func `a record is what was told`(record: Record) throws {
    let bytes = record.encoded
    let header = try Record.header(Array(bytes[..<Record.headerByteCount]))
    #expect(header.count == bytes.count - Record.headerByteCount)
    let payload = Array(bytes[Record.headerByteCount...])
    #expect(try Record(kind: header.kind, payload: payload) == record)
    // Cut short or continued, it is none.
    for count in 0..<payload.count {
      #expect(throws: MalformedRecord.self) {
        try Record(kind: header.kind, payload: Array(payload[..<count]))
      }
    }
    #expect(throws: MalformedRecord.self) { try Record(kind: header.kind, payload: payload + [0]) }
  }

  @Test(arguments: ["", " ", "\n"]) func `a refusal has words`(message: String) {
    let record = Record.failed(place: "/a", message: message).encoded
    #expect(throws: MalformedRecord.self) {
      try Record(kind: 7, payload: Array(record[Record.headerByteCount...]))
    }
  }

  @Test func `any byte may be changed without harm`() {
    for record in Self.samples {
      let bytes = Array(record.encoded[Record.headerByteCount...])
      for index in bytes.indices {
        for change in [1, 0x80, 0xFF] as [UInt8] {
          var changed = bytes
          changed[index] ^= change
          for kind in 0...9 as ClosedRange<UInt8> {
            if let other = try? Record(kind: kind, payload: changed) {
              #expect(other.encoded.count <= bytes.count + Record.headerByteCount + 4)
            }
          }
        }
      }
    }
  }
}

@Suite("Keys of attributes") struct AttributeKeyTests {
  @Test(arguments: ["a", "@", "~", "a@b", "~1", "@@~0~", "größe"])
  func `names of any kind come back`(name: String) {
    #expect(AttributeKey(AttributeKey.escaped(name)) == .object(name))
    #expect(AttributeKey(AttributeKey.key(name)) == .ofGroup(name))
    #expect(AttributeKey(AttributeKey.key(name, of: "d@")) == .ofDataset("d@", attribute: name))
    #expect(AttributeKey(AttributeKey.key("x", of: name)) == .ofDataset(name, attribute: "x"))
  }

  @Test(arguments: ["@", "a@b", "@a@b@c", "@@a", "@a@"])
  func `keys that stand for nothing are told`(key: String) { #expect(AttributeKey(key) == nil) }
}
