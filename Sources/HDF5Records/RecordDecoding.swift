/// Bytes that are no record: what was wrong with them.
public struct MalformedRecord: Error {
  /// What was wrong.
  public let reason: String
}

extension Record {
  /// The kind and the length of the payload that a header announces.
  ///
  /// - Throws: `MalformedRecord` where the payload would be too long.
  public static func header(_ bytes: [UInt8]) throws(MalformedRecord) -> (kind: UInt8, count: Int) {
    var fields = PayloadFields(bytes)
    let kind: UInt8 = try fields.next()
    let count: UInt32 = try fields.next()
    guard count <= payloadLimit else { throw MalformedRecord(reason: "a record of \(count) bytes") }
    return (kind, Int(count))
  }

  /// The record of that kind and payload.
  ///
  /// - Throws: `MalformedRecord` where the payload is not exactly one of the kind.
  public init(kind: UInt8, payload: [UInt8]) throws(MalformedRecord) {
    var fields = PayloadFields(payload)
    switch kind {
    case 1: self = .group(name: try fields.text())
    case 2: self = .end
    case 3:
      let member = try fields.flag() ? try fields.text() : nil
      self = .attribute(member: member, name: try fields.text(), try fields.value())
    case 4:
      let name = try fields.text()
      let type = try fields.type()
      let isStreamed = try fields.flag()
      let number: UInt64 = try fields.next()
      self = .dataset(
        name: name,
        StoredArray(type: type, place: isStreamed ? .streamed(number) : .file(offset: number)))
    case 5: self = .value(name: try fields.text(), try fields.value())
    case 6: self = .finished
    case 7:
      let (place, message) = (try fields.text(), try fields.text())
      guard !message.allSatisfy(\.isWhitespace) else {
        throw MalformedRecord(reason: "a refusal without words")
      }
      self = .failed(place: place, message: message)
    case 8: self = .unfiltered(code: try fields.next())
    default: throw MalformedRecord(reason: "a record of the unknown kind \(kind)")
    }
    guard fields.isAtEnd else { throw MalformedRecord(reason: "a record with a rest") }
  }
}

/// A payload that is being taken apart; nothing is read outside it.
private struct PayloadFields {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ count: Int) throws(MalformedRecord) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw MalformedRecord(reason: "a record that ends early")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func next<Number: FixedWidthInteger & UnsignedInteger>() throws(MalformedRecord)
    -> Number
  {
    try take(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number($1) }
  }

  mutating func flag() throws(MalformedRecord) -> Bool {
    let value: UInt8 = try next()
    guard value <= 1 else { throw MalformedRecord(reason: "a flag of \(value)") }
    return value == 1
  }

  /// A count of things that take at least four bytes each.
  mutating func count() throws(MalformedRecord) -> Int {
    let count: UInt32 = try next()
    guard Int(count) <= (bytes.count - position) / 4 else {
      throw MalformedRecord(reason: "a row of \(count) texts")
    }
    return Int(count)
  }

  mutating func string() throws(MalformedRecord) -> [UInt8] {
    let count: UInt32 = try next()
    return Array(try take(Int(count)))
  }

  mutating func text() throws(MalformedRecord) -> String {
    guard let text = String(validating: try string(), as: UTF8.self) else {
      throw MalformedRecord(reason: "a text that is not UTF-8")
    }
    return text
  }

  mutating func type() throws(MalformedRecord) -> StoredType {
    let element = try text()
    let isBigEndian = try flag()
    let axes: UInt8 = try next()
    var shape: [UInt64] = []
    for _ in 0..<axes { shape.append(try next()) }
    return StoredType(element: element, isBigEndian: isBigEndian, shape: shape)
  }

  mutating func value() throws(MalformedRecord) -> StoredValue {
    let kind: UInt8 = try next()
    switch kind {
    case 0: return .none
    case 1:
      let type = try type()
      return .numbers(type, try string())
    case 2: return .text(try text())
    case 3: return .bytes(try string())
    case 4:
      var texts: [String] = []
      for _ in 0..<(try count()) { texts.append(try text()) }
      return .texts(texts)
    case 5:
      var rows: [[UInt8]] = []
      for _ in 0..<(try count()) { rows.append(try string()) }
      return .byteRows(rows)
    default: throw MalformedRecord(reason: "a value of the unknown kind \(kind)")
    }
  }
}
