import Archives
import CHDF5
import Tensors

/// A value as HDF5 stores it in an attribute, or in a dataset that is no tensor.
struct PlainValue {
  private enum Kind {
    /// Elements of one of our types.
    case numbers(ElementType)
    /// Texts of so many bytes.
    case bytes(Int)
    /// Texts of variable length.
    case texts([String])
  }

  private let kind: Kind
  /// Nil of HDF5's null dataspace, which stands for no value.
  private let shape: [Int]?
  private let elements: [UInt8]
  private let place: String

  /// The most bytes of an attribute: an object's header holds 64 kB.
  static let attributeLimit = 64512

  /// The stored form of a value.
  ///
  /// - Throws: `Failure` (`usage`) where there is none.
  init(_ value: Node, at place: String) throws {
    self.place = place
    switch value {
    case .none: (kind, shape, elements) = (.numbers(.float32), nil, [])
    case .bool(let value): (kind, shape, elements) = (.numbers(.bool), [], [value ? 1 : 0])
    case .integer(let value):
      (kind, shape) = (.numbers(.int64), [])
      elements = Int64(value).littleEndianBytes
    case .real(let value):
      (kind, shape) = (.numbers(.float64), [])
      elements = value.bitPattern.littleEndianBytes
    case .text(let text): (kind, shape, elements) = (.texts([text]), [], [])
    case .bytes(let bytes):
      (kind, shape, elements) = (.bytes(max(bytes.count, 1)), [], bytes.isEmpty ? [0] : bytes)
    case .tensor(let tensor):
      guard tensor.elementType != .bfloat16 else {
        throw Failure(.usage, place: place, "HDF5 attributes hold no bfloat16")
      }
      (kind, shape) = (.numbers(tensor.elementType), tensor.shape)
      elements = try tensor.bytes()
    case .sequence(_, let values): (kind, shape, elements) = try Self.row(values, at: place)
    case .mapping, .record:
      throw Failure(.usage, place: place, "HDF5 files hold groups, numbers and texts, not this")
    }
  }

  /// A row of texts; an empty one is an empty row of float64, as NumPy has it.
  private static func row(_ values: [Node], at place: String) throws -> (Kind, [Int], [UInt8]) {
    if values.isEmpty { return (.numbers(.float64), [0], []) }
    var texts: [String] = []
    var rows: [[UInt8]] = []
    for value in values {
      switch value {
      case .text(let text): texts.append(text)
      case .bytes(let bytes): rows.append(bytes)
      default: break
      }
    }
    if texts.count == values.count { return (.texts(texts), [texts.count], []) }
    guard rows.count == values.count else {
      throw Failure(.usage, place: place, "HDF5 files hold rows of texts alone, or tensors")
    }
    let length = max(rows.map(\.count).max() ?? 1, 1)
    let filled = rows.flatMap { $0 + [UInt8](repeating: 0, count: length - $0.count) }
    return (.bytes(length), [rows.count], filled)
  }

  /// Gives an open object the value as an attribute.
  func write(_ name: String, to object: hid_t) throws {
    let size =
      switch kind {
      case .texts(let texts): 16 * texts.count
      default: elements.count
      }
    guard size <= Self.attributeLimit else {
      throw Failure(
        .usage, place: place, "an HDF5 attribute holds \(Self.attributeLimit) bytes, not \(size)")
    }
    guard !name.isEmpty, !name.utf8.contains(0) else {
      throw Failure(.usage, place: place, "an HDF5 attribute has a name without NUL")
    }
    let type = try makeType()
    let space = try Self.space(shape)
    let creation = try Handle(
      H5Pcreate(h5_attribute_create_class()), closedBy: H5Pclose, "make a property list")
    try check(H5Pset_char_encoding(creation.id, H5T_CSET_UTF8), "choose UTF-8")
    let attribute = try unsafe Handle(
      H5Acreate2(object, name, type.id, space.id, creation.id, 0), closedBy: H5Aclose,
      "make the attribute \(place)")
    let (id, typeID) = (attribute.id, type.id)
    try unsafe withElements {
      try unsafe check(H5Awrite(id, typeID, $0), "write the attribute \(place)")
    }
    try attribute.close("close the attribute \(place)")
  }

  /// Makes a dataset of the value, and leaves it open.
  func makeDataset(_ name: String, in group: hid_t, _ linkCreation: hid_t) throws -> Handle {
    let type = try makeType()
    let space = try Self.space(shape)
    let creation = try Handle(
      H5Pcreate(h5_dataset_create_class()), closedBy: H5Pclose, "make a property list")
    try check(H5Pset_obj_track_times(creation.id, false), "leave out times")
    let dataset = try unsafe Handle(
      H5Dcreate2(group, name, type.id, space.id, linkCreation, creation.id, 0), closedBy: H5Dclose,
      "make the dataset \(place)")
    let (id, typeID) = (dataset.id, type.id)
    try unsafe withElements {
      try unsafe check(H5Dwrite(id, typeID, 0, 0, 0, $0), "write the dataset \(place)")
    }
    return dataset
  }

  private func makeType() throws -> Handle {
    switch kind {
    case .numbers(let type): return try type.foreignType()
    case .bytes(let count): return try textType(count)
    case .texts:
      return try Handle(h5_variable_text(1), closedBy: H5Tclose, "make a type of texts")
    }
  }

  /// Calls `body` with what the library is to write, unless there is nothing.
  private func withElements(_ body: (UnsafeRawPointer) throws -> Void) throws {
    guard let shape, !shape.contains(0) else { return }
    guard case .texts(let texts) = kind else {
      return try unsafe elements.withUnsafeBytes { try unsafe $0.baseAddress.map(body) }
    }
    let bytes = texts.map { Array($0.utf8CString) }
    guard bytes.allSatisfy({ !$0.dropLast().contains(0) }) else {
      throw Failure(.usage, place: place, "an HDF5 text has no NUL in it")
    }
    let all = bytes.flatMap { $0 }
    try unsafe all.withUnsafeBufferPointer { buffer in
      var start = 0
      let pointers = unsafe bytes.map { text in
        defer { start += text.count }
        return unsafe buffer.baseAddress.map { unsafe $0 + start }
      }
      try unsafe pointers.withUnsafeBytes { try unsafe $0.baseAddress.map(body) }
    }
  }

  /// A dataspace: the null one where `shape` is nil.
  static func space(_ shape: [Int]?) throws -> Handle {
    guard let shape, !shape.isEmpty else {
      return try Handle(
        H5Screate(shape == nil ? H5S_NULL : H5S_SCALAR), closedBy: H5Sclose, "describe a value")
    }
    let lengths = shape.map { hsize_t($0) }
    return try unsafe Handle(
      H5Screate_simple(Int32(lengths.count), lengths, nil), closedBy: H5Sclose,
      "describe the shape \(shape)")
  }
}

extension ElementType {
  /// The type under which h5py and Keras store elements.
  func foreignType() throws -> Handle {
    switch self {
    case .bool: try Handle(h5_boolean(), closedBy: H5Tclose, "make a type")
    case .bfloat16: try Handle(h5_two_bytes(), closedBy: H5Tclose, "make a type")
    default: try storedType()
    }
  }
}
