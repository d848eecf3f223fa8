public import Tensors

/// A file of the native layout, read without libhdf5: everything its headers say is checked when
/// it is opened, and no byte of a tensor is touched before it is asked for.
public struct NativeFile: Sendable {
  /// The mapped file.
  public let file: MappedFile
  /// The root's attributes, sorted by name.
  public let attributes: [NativeAttribute]
  /// Every dataset, tensors and documents, in the file's order.
  public let datasets: [NativeDataset]
  /// The version of the layout.
  public let version: (major: UInt32, minor: UInt32)

  /// The document `/index`.
  let index: NativeDataset
  private let positions: [String: Int]
  /// The root group; positions count in `datasets`.
  let root: ProfileWalk.Member
  /// Headers and storage, sorted.
  let extents: [Range<Int>]

  /// Reads and checks the headers of a native file.
  ///
  /// - Throws: `Failure` (`badInput`) that names the object, its byte and the rule that is broken.
  public init(_ file: MappedFile) throws {
    try self.init(file, datasetLimit: NativeLayout.datasetLimit)
  }

  init(_ file: MappedFile, datasetLimit: Int) throws {
    self.file = file
    let (walk, root) = try unsafe file.withCheckedBytes { bytes in
      var walk = ProfileWalk(bytes, file: file.path, datasetLimit: datasetLimit)
      let root = try walk.run()
      return (walk, root)
    }
    self.root = root
    extents = walk.extents
    attributes = walk.rootAttributes
    datasets = try walk.datasets.map { try NativeDataset($0.path, $0.header, in: file) }
    positions = Dictionary(uniqueKeysWithValues: zip(datasets.map(\.path), datasets.indices))
    version = try Self.version(
      walk.rootAttributes, of: Subject(file: file.path, path: "/"))
    index = try Self.index(
      datasets, of: Subject(file: file.path, path: "/" + NativeLayout.indexPath),
      fileSize: file.count)
  }

  /// The dataset at `path` (without leading slash), or nil.
  public subscript(path: String) -> NativeDataset? { positions[path].map { datasets[$0] } }

  /// The document `/index`, which a reader without HDF5 finds at the end of the file.
  static func index(
    _ datasets: [NativeDataset], of subject: Subject, fileSize: Int
  ) throws -> NativeDataset {
    guard let index = datasets.first(where: { $0.path == NativeLayout.indexPath }),
      index.schema != nil
    else { throw subject.failure(.indexPlace, expected: "a document", found: "none") }
    try subject.require(
      index.offset + index.byteCount == fileSize, .indexPlace, at: index.offset, goingOn: true,
      expected: "storage that ends the file of \(fileSize) bytes",
      found: "\(index.byteCount) bytes")
    return index
  }

  /// The version of the layout, once the root's attributes are known to be ours.
  static func version(
    _ attributes: [NativeAttribute], of root: Subject
  ) throws -> (major: UInt32, minor: UInt32) {
    func value(_ name: String) -> AttributeValue? { attributes.first { $0.name == name }?.value }
    try root.require(
      value(NativeLayout.Attribute.format) == .text(NativeLayout.format), .format, goingOn: true,
      expected: "the attribute format \(NativeLayout.format)", found: "another or none")
    let known = NativeLayout.version
    guard case .uint32s(let numbers)? = value(NativeLayout.Attribute.version), numbers.count == 2
    else {
      throw root.failure(
        .formatVersion, expected: "the attribute format_version of two numbers",
        found: "another or none")
    }
    try root.require(
      numbers[0] == known.major, .formatVersion,
      expected: "version \(known.major).x of the layout", found: "\(numbers[0]).\(numbers[1])")
    return (numbers[0], numbers[1])
  }
}

/// A dataset of a native file: a tensor or a document.
public struct NativeDataset: Sendable {
  /// The path, without leading slash: `online/encoder/stem/conv/weight`.
  public let path: String
  /// The type of the elements.
  public let elementType: ElementType
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// The first byte in the file; 0 where there are no bytes.
  public let offset: Int
  /// The number of bytes.
  public let byteCount: Int
  /// The SHA-256 of the bytes, as the header has it: see `NativeFile.checkEveryByte`.
  public let digest: Digest
  /// Name and version of a document's schema (`contract 1.0`), nil of a tensor.
  public let schema: String?
  /// All attributes, sorted by name.
  public let attributes: [NativeAttribute]
  /// The elements, read when asked for.
  public let tensor: Tensor

  init(_ path: String, _ header: DatasetHeader, in file: MappedFile) throws {
    self.path = path
    elementType = header.elementType
    shape = header.shape
    offset = header.offset
    byteCount = header.byteCount
    digest = header.digest
    schema = header.schema
    attributes = header.attributes
    tensor = try Tensor(
      header.elementType, shape: header.shape, offset: header.offset, source: file)
  }

  /// What the document `/index` must say of it.
  public var indexEntry: IndexEntry {
    IndexEntry(
      path: path, elementType: elementType, shape: shape, offset: offset, byteCount: byteCount,
      digest: digest)
  }
}
