extension Record {
  /// The first bytes of the conversation: its name and version.
  public static let greeting: [UInt8] = Array("BYOLH5\0\u{1}".utf8)
  /// Bytes before a payload: kind and length.
  public static let headerByteCount = 5
  /// The most bytes of a payload.
  public static let payloadLimit = 1 << 24

  /// The kind that the header of a frame of elements has, which is no record.
  public static let elementsKind: UInt8 = 9

  /// The header of a frame of `count` bytes of elements, at most `payloadLimit`.
  public static func elementsHeader(count: Int) -> [UInt8] {
    var header = Payload()
    header.put(elementsKind)
    header.put(UInt32(count))
    return header.bytes
  }

  /// The bytes of the record, header and payload.
  public var encoded: [UInt8] {
    var payload = Payload()
    switch self {
    case .group(let name): payload.put(name)
    case .end, .finished: break
    case .attribute(let member, let name, let value):
      payload.put(UInt8(member == nil ? 0 : 1))
      if let member { payload.put(member) }
      payload.put(name)
      payload.put(value)
    case .dataset(let name, let array):
      payload.put(name)
      payload.put(array.type)
      switch array.place {
      case .file(let offset):
        payload.put(UInt8(0))
        payload.put(offset)
      case .streamed(let count):
        payload.put(UInt8(1))
        payload.put(count)
      }
    case .value(let name, let value):
      payload.put(name)
      payload.put(value)
    case .failed(let place, let message):
      payload.put(place)
      payload.put(message)
    case .unfiltered(let code): payload.put(code)
    }
    var result = Payload()
    result.put(kind)
    result.put(UInt32(payload.bytes.count))
    return result.bytes + payload.bytes
  }

  private var kind: UInt8 {
    switch self {
    case .group: 1
    case .end: 2
    case .attribute: 3
    case .dataset: 4
    case .value: 5
    case .finished: 6
    case .failed: 7
    case .unfiltered: 8
    }
  }
}

/// A payload that is being put together.
private struct Payload {
  var bytes: [UInt8] = []

  mutating func put<Number: FixedWidthInteger>(_ number: Number) {
    unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func put(_ string: [UInt8]) {
    put(UInt32(string.count))
    bytes.append(contentsOf: string)
  }

  mutating func put(_ text: String) { put(Array(text.utf8)) }

  mutating func put(_ type: StoredType) {
    put(type.element)
    put(UInt8(type.isBigEndian ? 1 : 0))
    put(UInt8(type.shape.count))
    for length in type.shape { put(length) }
  }

  mutating func put(_ value: StoredValue) {
    switch value {
    case .none: put(UInt8(0))
    case .numbers(let type, let elements):
      put(UInt8(1))
      put(type)
      put(elements)
    case .text(let text):
      put(UInt8(2))
      put(text)
    case .bytes(let string):
      put(UInt8(3))
      put(string)
    case .texts(let texts):
      put(UInt8(4))
      put(UInt32(texts.count))
      for text in texts { put(text) }
    case .byteRows(let rows):
      put(UInt8(5))
      put(UInt32(rows.count))
      for row in rows { put(row) }
    }
  }
}
