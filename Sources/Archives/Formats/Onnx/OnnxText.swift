import Tensors

/// Texts of an ONNX file, checked before anybody sees them.
enum OnnxText {
  /// The most bytes of a name.
  private static let nameLimit = 512

  /// A name: UTF-8 without control characters, one to 512 bytes.
  ///
  /// - Throws: `Failure` (`badInput`).
  static func name(_ bytes: Slice<CheckedBytes>, place: String) throws -> String {
    guard (1...nameLimit).contains(bytes.count), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
      let name = String(validating: bytes, as: UTF8.self)
    else {
      throw Failure(
        place: place,
        expected: "a name of 1 to \(nameLimit) bytes of UTF-8 without control characters",
        found: "another, of \(bytes.count) bytes")
    }
    return name
  }

  /// A text of any length: UTF-8.
  ///
  /// - Throws: `Failure` (`badInput`).
  static func text(_ bytes: Slice<CheckedBytes>, place: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(place: place, expected: "a text in UTF-8", found: "other bytes")
    }
    return text
  }

  /// Where key and value of a `StringStringEntryProto` lie; the value may be missing.
  ///
  /// - Throws: `Failure` (`badInput`).
  static func entry(
    _ bytes: CheckedBytes, _ field: ProtobufField
  ) throws -> (key: Range<Int>, value: Range<Int>) {
    let range = try field.part
    let place = "\(field.place), byte \(field.offset)"
    var fields = ProtobufFields(bytes, range, place: place)
    var key: Range<Int>?
    var value: Range<Int>?
    while let part = try fields.next() {
      switch part.number {
      case OnnxNumbers.Property.key where key == nil: key = try part.part
      case OnnxNumbers.Property.value where value == nil: value = try part.part
      case OnnxNumbers.Property.key, OnnxNumbers.Property.value:
        throw Failure(place: place, expected: "one key and one value", found: "several")
      default: break
      }
    }
    guard let key else { throw Failure(place: place, expected: "a key", found: "none") }
    return (key, value ?? range.upperBound..<range.upperBound)
  }

  /// The beginning of the value of an entry, with a question mark for what is not printable ASCII; nil
  /// where the entry's key is another.
  ///
  /// - Throws: `Failure` (`badInput`).
  static func property(
    _ bytes: CheckedBytes, _ field: ProtobufField, key: String
  ) throws -> String? {
    let entry = try entry(bytes, field)
    guard bytes[entry.key].elementsEqual(key.utf8) else { return nil }
    let printable = bytes[entry.value].prefix(100).map {
      (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?")
    }
    return String(decoding: printable, as: UTF8.self)
  }
}
