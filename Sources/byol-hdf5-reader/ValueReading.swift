import CHDF5
import HDF5Records

/// An attribute, or a dataset of texts: it is read whole.
///
/// Safe, since `read` gets memory of the value's size alone.
@safe
struct WholeValue {
  /// The type of its elements in the file.
  let type: hid_t
  /// Its shape.
  let space: Dataspace
  /// Where it is.
  let place: String
  /// Reads all elements, in the given type, into memory.
  let read: (hid_t, UnsafeMutableRawPointer) -> herr_t

  /// The most bytes of a value, and the most texts in a row.
  private static let byteLimit = 1 << 22
  private static let textLimit = 1 << 18

  /// The value.
  ///
  /// - Throws: `Refusal` where it has no type of ours, or is too large.
  func value() throws -> StoredValue {
    guard let shape = space.shape else { return .none }
    switch try Elements(type, at: place) {
    case .numbers(let element, let isBigEndian):
      let bytes = try elements(of: H5Tget_size(type))
      return .numbers(StoredType(element: element, isBigEndian: isBigEndian, shape: shape), bytes)
    case .bytes(let size, let padding):
      let rows = Self.rows(try elements(of: size), of: size, padding)
      return try oneOrRow(rows.map { $0 }, shape, one: StoredValue.bytes, row: StoredValue.byteRows)
    case .texts:
      return try oneOrRow(try texts(), shape, one: StoredValue.text, row: StoredValue.texts)
    case .twoBytes: throw Refusal(place, expected: "numbers or texts", found: "opaque data")
    }
  }

  private func oneOrRow<Item>(
    _ items: [Item], _ shape: [UInt64], one: (Item) -> StoredValue, row: ([Item]) -> StoredValue
  ) throws -> StoredValue {
    guard shape.count <= 1 else {
      throw Refusal(place, expected: "a text or a row of texts", found: "texts of shape \(shape)")
    }
    return shape.isEmpty && items.count == 1 ? one(items[0]) : row(items)
  }

  private func elements(of size: Int) throws -> [UInt8] {
    let count = try space.byteCount(of: size, limit: Self.byteLimit, at: place)
    var bytes = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return bytes }
    try unsafe bytes.withUnsafeMutableBytes { buffer in
      _ = try unsafe check(
        buffer.baseAddress.map { unsafe read(type, $0) } ?? -1, "read the value", at: place)
    }
    return bytes
  }

  /// Texts of `size` bytes each, without what fills them up.
  private static func rows(_ bytes: [UInt8], of size: Int, _ padding: H5T_str_t) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      let row = bytes[start..<start + size]
      switch padding {
      case H5T_STR_NULLTERM: return Array(row.prefix { $0 != 0 })
      case H5T_STR_SPACEPAD: return Array(row[..<end(of: row, filledBy: UInt8(ascii: " "))])
      default: return Array(row[..<end(of: row, filledBy: 0)])
      }
    }
  }

  private static func end(of row: ArraySlice<UInt8>, filledBy filler: UInt8) -> Int {
    row.lastIndex { $0 != filler }.map { $0 + 1 } ?? row.startIndex
  }

  /// Texts of variable length; libhdf5 allocates each.
  private func texts() throws -> [String] {
    let count = try space.byteCount(of: 1, limit: Self.textLimit, at: place)
    guard count > 0 else { return [] }
    let inMemory = try Handle(H5Tcopy(h5_text()), closedBy: H5Tclose, "copy a type", at: place)
    try check(H5Tset_size(inMemory.id, -1), "make a type of texts", at: place)
    try check(H5Tset_cset(inMemory.id, H5Tget_cset(type)), "make a type of texts", at: place)
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    try unsafe pointers.withUnsafeMutableBytes { buffer in
      _ = try unsafe check(
        buffer.baseAddress.map { unsafe read(inMemory.id, $0) } ?? -1, "read the texts", at: place)
    }
    var total = 0
    // The memory is not given back: this process ends soon.
    return try unsafe pointers.map { pointer in
      // A text that was never written is empty.
      guard let pointer = unsafe pointer else { return "" }
      guard let text = unsafe String(validatingCString: pointer) else {
        throw Refusal(place, expected: "texts in UTF-8", found: "other bytes")
      }
      total += text.utf8.count
      guard total <= Self.byteLimit else {
        throw Refusal(place, expected: "at most \(Self.byteLimit) bytes of texts", found: "more")
      }
      return text
    }
  }
}

/// The names of an object's attributes, while they are collected.
private struct AttributeNames {
  static let limit = 10_000
  var names: [String] = []
  var isRefused = false
}

/// Tells the attributes of an open object: of the dataset `member`, or of a group where it is nil.
func tellAttributes(
  of object: hid_t, member: String?, path: String, to pipe: inout RecordPipe
) throws {
  var found = AttributeNames()
  let status = unsafe withUnsafeMutablePointer(to: &found) { found in
    unsafe H5Aiterate2(
      object, H5_INDEX_NAME, H5_ITER_INC, nil,
      { _, name, _, context in
        guard let name = unsafe name, let context = unsafe context else { return -1 }
        let found = unsafe context.assumingMemoryBound(to: AttributeNames.self)
        guard let text = unsafe String(validatingCString: name), !text.isEmpty,
          text.utf8.count <= 1024,
          unsafe found.pointee.names.count < AttributeNames.limit
        else {
          unsafe found.pointee.isRefused = true
          return 1
        }
        unsafe found.pointee.names.append(text)
        return 0
      }, unsafe found)
  }
  try check(status, "list the attributes", at: path)
  guard !found.isRefused else {
    throw Refusal(
      path, expected: "at most \(AttributeNames.limit) attributes with names in UTF-8",
      found: "others")
  }
  for name in found.names {
    let value = try attribute(name, of: object, at: "\(path.isEmpty ? "/" : path)@\(name)")
    pipe.send(.attribute(member: member, name: name, value))
  }
}

/// The value of the attribute `name` of an open object.
func attribute(_ name: String, of object: hid_t, at place: String) throws -> StoredValue {
  let attribute = try unsafe Handle(
    H5Aopen(object, name, 0), closedBy: H5Aclose, "open the attribute", at: place)
  let type = try Handle(
    H5Aget_type(attribute.id), closedBy: H5Tclose, "read the type", at: place)
  let space = try Handle(
    H5Aget_space(attribute.id), closedBy: H5Sclose, "read the shape", at: place)
  let id = attribute.id
  return try unsafe WholeValue(type: type.id, space: Dataspace(space.id, at: place), place: place) {
    unsafe H5Aread(id, $0, $1)
  }.value()
}
