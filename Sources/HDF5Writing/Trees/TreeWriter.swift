import Archives
import CHDF5
import Tensors

/// Makes the structure of a file: groups, attributes, and datasets whose bytes come later.
struct TreeWriter: ~Copyable {
  private let file: Handle
  private let datasetCreation: Handle
  private let linkCreation: Handle
  /// Tensors and where their bytes belong.
  private(set) var data: [(tensor: Tensor, offset: Int)] = []

  /// Creates the file.
  init(_ path: String, rootIsSorted: Bool) throws {
    let access = try Handle(
      H5Pcreate(h5_file_access_class()), closedBy: H5Pclose, "make a property list")
    try check(
      H5Pset_libver_bounds(access.id, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "choose the version")
    try check(H5Pset_alignment(access.id, 1, hsize_t(NativeLayout.alignment)), "align blocks")
    try check(h5_without_locks(access.id), "leave files unlocked")
    let creation = try Handle(
      H5Pcreate(h5_file_create_class()), closedBy: H5Pclose, "make a property list")
    try Self.configureGroup(creation.id, isSorted: rootIsSorted)
    let datasetCreation = try Properties.plainDatasetCreation()
    let linkCreation = try Handle(
      H5Pcreate(h5_link_create_class()), closedBy: H5Pclose, "make a property list")
    try check(H5Pset_char_encoding(linkCreation.id, H5T_CSET_UTF8), "choose UTF-8")
    let file = try unsafe Handle(
      H5Fcreate(path, h5_truncate(), creation.id, access.id), closedBy: H5Fclose,
      "create the file")
    self.file = file
    self.datasetCreation = datasetCreation
    self.linkCreation = linkCreation
  }

  /// Gives the root an attribute.
  func addRootAttribute(_ name: String, _ value: Node) throws {
    try PlainValue(value, at: "/@\(name)").write(name, to: file.id)
  }

  /// Adds the members of the root.
  mutating func addMembers(_ entries: [Node.Entry]) throws {
    try add(entries, to: file.id, path: "", depth: 0)
  }

  /// Writes what is buffered and closes the file.
  consuming func close() throws {
    let file = self.file
    try file.close("close the file")
  }

  private mutating func add(
    _ entries: [Node.Entry], to group: hid_t, path: String, depth: Int
  ) throws {
    guard depth < Archive.depthLimit else {
      throw Failure(
        .usage, place: path, "HDF5 files here hold at most \(Archive.depthLimit) groups deep")
    }
    var names: Set<String> = []
    var attributes: [(member: String, name: String, value: Node)] = []
    for entry in entries {
      guard let key = AttributeKey(entry.key.description) else {
        throw Failure(.usage, place: "\(path)/\(entry.key)", "the name means nothing in HDF5")
      }
      switch key {
      case .ofGroup(let name):
        try PlainValue(entry.value, at: "\(path)/@\(name)").write(name, to: group)
      case .ofDataset(let member, let name): attributes.append((member, name, entry.value))
      case .object(let name):
        let path = "\(path)/\(name)"
        guard !name.isEmpty, name != ".", name != "..",
          !name.utf8.contains(where: { $0 == 0x2F || $0 == 0 }),
          names.insert(name).inserted
        else { throw Failure(.usage, place: path, "HDF5 cannot hold the name, or not twice") }
        let own = attributes.filter { $0.member == name }.map { ($0.name, $0.value) }
        attributes.removeAll { $0.member == name }
        try add(name, entry.value, own, to: group, path: path, depth: depth)
      }
    }
    if let other = attributes.first {
      throw Failure(
        .usage, place: "\(path)/\(other.member)@\(other.name)",
        "an attribute belongs before its dataset, and that is missing")
    }
  }

  private mutating func add(
    _ name: String, _ value: Node, _ attributes: [(String, Node)], to group: hid_t, path: String,
    depth: Int
  ) throws {
    switch value {
    case .mapping(_, let entries):
      guard attributes.isEmpty else {
        throw Failure(.usage, place: path, "a group has its attributes among its members")
      }
      let creation = try Handle(
        H5Pcreate(h5_group_create_class()), closedBy: H5Pclose, "make a property list")
      try Self.configureGroup(creation.id, isSorted: Self.isSorted(entries))
      let made = try unsafe Handle(
        H5Gcreate2(group, name, linkCreation.id, creation.id, 0), closedBy: H5Gclose,
        "make the group \(path)")
      try add(entries, to: made.id, path: path, depth: depth + 1)
      try made.close("close the group \(path)")
    case .tensor(let tensor):
      try add(name, tensor, attributes, to: group, path: path)
    default:
      let stored = try PlainValue(value, at: path)
      let dataset = try stored.makeDataset(name, in: group, linkCreation.id)
      for (attribute, value) in attributes {
        try PlainValue(value, at: "\(path)@\(attribute)").write(attribute, to: dataset.id)
      }
      try dataset.close("close the dataset \(path)")
    }
  }

  private mutating func add(
    _ name: String, _ tensor: Tensor, _ attributes: [(String, Node)], to group: hid_t, path: String
  ) throws {
    let type = try tensor.elementType.foreignType()
    let space = try PlainValue.space(tensor.shape)
    let dataset = try unsafe Handle(
      H5Dcreate2(group, name, type.id, space.id, linkCreation.id, datasetCreation.id, 0),
      closedBy: H5Dclose, "make the dataset \(path)")
    let own: [(String, Node)] =
      tensor.elementType == .bfloat16 && !attributes.contains { $0.0 == "dtype" }
      ? [("dtype", .text("bfloat16"))] : []
    for (attribute, value) in own + attributes {
      try PlainValue(value, at: "\(path)@\(attribute)").write(attribute, to: dataset.id)
    }
    if tensor.byteCount > 0 {
      // The library answers all ones where storage is missing; that is no number of ours.
      guard let offset = Int(exactly: H5Dget_offset(dataset.id)) else {
        throw Failure(.inputOutput, place: path, "HDF5 has allocated no storage")
      }
      data.append((tensor, offset))
    }
    try dataset.close("close the dataset \(path)")
  }

  /// Whether members are in the order of their names, which is HDF5's own.
  static func isSorted(_ entries: [Node.Entry]) -> Bool {
    let names = entries.compactMap { entry -> [UInt8]? in
      if case .object(let name)? = AttributeKey(entry.key.description) {
        Array(name.utf8)
      } else {
        nil
      }
    }
    return zip(names, names.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
  }

  /// Leaves out times, and keeps the members' order where the names have another.
  private static func configureGroup(_ list: hid_t, isSorted: Bool) throws {
    try check(H5Pset_obj_track_times(list, false), "leave out times")
    guard !isSorted else { return }
    try check(
      H5Pset_link_creation_order(
        list, UInt32(H5P_CRT_ORDER_TRACKED) | UInt32(H5P_CRT_ORDER_INDEXED)), "keep the order")
  }
}
