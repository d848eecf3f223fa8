/// One of the things that the process which reads a foreign HDF5 file tells the one that asked.
///
/// The first record may be `unfiltered`. A file is told depth first: the root's attributes, then its
/// members; a group is opened, its attributes and members follow, and it is closed. The last record
/// is `finished` or `failed`.
///
/// On the wire a record is its kind (one byte), the length of its payload (four), and the payload;
/// numbers are little-endian, texts and byte strings have their length (four bytes) before them.
/// The elements of a dataset that is `streamed` follow its record in frames, each of which is plain
/// bytes behind the header of a record of the kind `elementsKind`; `failed` may take a frame's place.
public enum Record: Equatable, Sendable {
  /// A group begins, a member of the group that is open.
  case group(name: String)
  /// The group that was opened last ends.
  case end
  /// An attribute: of the dataset `member` of the open group, or of the group itself.
  case attribute(member: String?, name: String, StoredValue)
  /// A dataset of numbers, a member of the open group.
  case dataset(name: String, StoredArray)
  /// A dataset of texts, or of nothing.
  case value(name: String, StoredValue)
  /// Everything has been told.
  case finished
  /// The file is refused, at `place`.
  case failed(place: String, message: String)
  /// The kernel refused the process a filter of system calls, with that error code.
  case unfiltered(code: UInt32)
}

/// The type and shape of numbers.
public struct StoredType: Equatable, Sendable {
  /// `float32`, `int64` ...: the name of the type of the elements.
  public var element: String
  /// Whether the elements' bytes are big-endian.
  public var isBigEndian: Bool
  /// The length of each axis; empty for a scalar.
  public var shape: [UInt64]

  /// A type of elements and a shape.
  public init(element: String, isBigEndian: Bool, shape: [UInt64]) {
    self.element = element
    self.isBigEndian = isBigEndian
    self.shape = shape
  }
}

/// A dataset of numbers, and where its elements are.
public struct StoredArray: Equatable, Sendable {
  /// Where the elements are.
  public enum Place: Equatable, Sendable {
    /// In the file itself, from this byte on, row-major and without gaps.
    case file(offset: UInt64)
    /// So many bytes follow the record, in frames.
    case streamed(UInt64)
  }

  /// The type of the elements and the shape.
  public var type: StoredType
  /// Where the elements are.
  public var place: Place

  /// Elements at a place.
  public init(type: StoredType, place: Place) {
    self.type = type
    self.place = place
  }
}

/// An attribute's value, or that of a dataset of texts.
public enum StoredValue: Equatable, Sendable {
  /// HDF5's null dataspace: no value at all.
  case none
  /// Numbers, in the file's byte order.
  case numbers(StoredType, [UInt8])
  /// A text of variable length.
  case text(String)
  /// A text of fixed length, without the bytes that fill it up.
  case bytes([UInt8])
  /// A row of texts of variable length.
  case texts([String])
  /// A row of texts of fixed length.
  case byteRows([[UInt8]])
}
