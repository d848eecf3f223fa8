import Archives
import CHDF5
import Tensors

/// Makes groups, datasets and attributes in an open HDF5 file; libhdf5 never sees a tensor's bytes.
struct StructureWriter: ~Copyable {
  private let file: Handle
  private let datasetCreation: Handle

  /// Creates the file at `path`, whose root has room for `room` and its headers for `metadata`
  /// bytes.
  init(path: String, root room: LinkRoom, metadata: Int) throws {
    let access = try Properties.fileAccess(metadata: metadata)
    let creation = try Properties.fileCreation(room)
    let datasetCreation = try Properties.datasetCreation()
    let file = try unsafe Handle(
      H5Fcreate(path, h5_truncate(), creation.id, access.id), closedBy: H5Fclose,
      "create the file")
    self.file = file
    self.datasetCreation = datasetCreation
  }

  /// Makes a group inside groups that exist.
  func makeGroup(_ path: String, _ room: LinkRoom) throws {
    let creation = try Properties.groupCreation(room)
    let group = try unsafe Handle(
      H5Gcreate2(file.id, path, 0, creation.id, 0), closedBy: H5Gclose,
      "make the group /\(path)")
    try group.close("close the group /\(path)")
  }

  /// Makes a dataset with room for its digest.
  ///
  /// - Returns: the offset of its bytes in the file; 0 where it has none.
  func makeDataset(
    _ path: String, _ type: ElementType, shape: [Int], _ attributes: [(String, AttributeValue)]
  ) throws -> Int {
    let stored = try type.storedType()
    let space = try Self.space(shape)
    let dataset = try unsafe Handle(
      H5Dcreate2(file.id, path, stored.id, space.id, 0, datasetCreation.id, 0),
      closedBy: H5Dclose, "make the dataset /\(path)")
    let unknown = String(repeating: "0", count: 64)
    for (name, value) in [("sha256", AttributeValue.text(unknown))] + attributes {
      try Self.addAttribute(name, value, to: dataset.id)
    }
    var offset = 0
    if !shape.contains(0) {
      // The library answers all ones where storage is missing; that is no negative number.
      let address = H5Dget_offset(dataset.id)
      guard let known = Int(exactly: address) else {
        throw Failure(.inputOutput, place: "/" + path, "HDF5 has allocated no storage")
      }
      offset = known
    }
    try dataset.close("close the dataset /\(path)")
    return offset
  }

  /// Replaces the zeros that stand for a dataset's digest.
  func setDigest(_ digest: Digest, of path: String) throws {
    let text = Array(digest.description.utf8)
    let type = try textType(text.count)
    // Not by one call of `H5Aopen_by_name`: HDF5 1.10.8 cannot write what that opens.
    let dataset = try unsafe Handle(
      H5Dopen2(file.id, path, 0), closedBy: H5Dclose, "open the dataset /\(path)")
    let attribute = try unsafe Handle(
      H5Aopen(dataset.id, "sha256", 0), closedBy: H5Aclose,
      "open the attribute sha256 of /\(path)")
    try unsafe check(H5Awrite(attribute.id, type.id, text), "write the digest of /\(path)")
    try attribute.close("close the attribute sha256 of /\(path)")
    try dataset.close("close the dataset /\(path)")
  }

  /// Gives the root an attribute.
  func setRootAttribute(_ name: String, _ value: AttributeValue) throws {
    try Self.addAttribute(name, value, to: file.id)
  }

  /// Writes what is buffered and closes the file.
  consuming func close() throws {
    let file = self.file
    try file.close("close the file")
  }

  private static func space(_ shape: [Int]) throws -> Handle {
    if shape.isEmpty {
      return try Handle(H5Screate(H5S_SCALAR), closedBy: H5Sclose, "describe a scalar")
    }
    let lengths = shape.map { hsize_t($0) }
    return try unsafe Handle(
      H5Screate_simple(Int32(lengths.count), lengths, nil), closedBy: H5Sclose,
      "describe the shape \(shape)")
  }

  private static func addAttribute(
    _ name: String, _ value: AttributeValue, to object: hid_t
  ) throws {
    guard NativeLayout.isName(name.utf8) else {
      throw Failure(expected: "an attribute's name", found: "'\(name)'")
    }
    switch value {
    case .text(let text):
      guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw Failure(expected: "printable ASCII in the attribute \(name)", found: "'\(text)'")
      }
      // A text of no length does not exist in HDF5: the empty one is a NUL.
      let bytes = text.isEmpty ? [0] : Array(text.utf8)
      try addAttribute(name, try textType(bytes.count), try space([]), bytes, to: object)
    case .uint32s(let numbers):
      let bytes = numbers.flatMap(\.littleEndianBytes)
      try addAttribute(name, try uint32Type(), try space([numbers.count]), bytes, to: object)
    }
  }

  private static func addAttribute(
    _ name: String, _ type: consuming Handle, _ space: consuming Handle, _ bytes: [UInt8],
    to object: hid_t
  ) throws {
    let (type, space) = (type.id, space.id)
    let attribute = try unsafe Handle(
      H5Acreate2(object, name, type, space, 0, 0), closedBy: H5Aclose,
      "make the attribute \(name)")
    try unsafe check(H5Awrite(attribute.id, type, bytes), "write the attribute \(name)")
    try attribute.close("close the attribute \(name)")
  }
}
