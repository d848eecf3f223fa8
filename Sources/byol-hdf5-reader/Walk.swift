import CHDF5
import HDF5Records

/// Tells a tree of groups, with limits on its size.
struct Walk {
  /// Groups above and with the innermost one; as `Archive.depthLimit`.
  private static let depthLimit = 64
  private static let objectLimit = 200_000
  private static let nameLimit = 1024

  private var objects = 0
  /// Addresses of the groups above the current one: a link to one of them makes a circle.
  private var above: [haddr_t] = []

  /// Tells the attributes and members of an open group, whose path has a slash before every name.
  mutating func tell(_ group: hid_t, path: String, depth: Int, to pipe: inout RecordPipe) throws {
    var address = haddr_t()
    try unsafe check(h5_object(group, &address), "examine the group", at: path)
    guard !above.contains(address) else {
      throw Refusal(path, expected: "a tree of groups", found: "a group inside itself")
    }
    above.append(address)
    defer { above.removeLast() }
    try tellAttributes(of: group, member: nil, path: path, to: &pipe)
    for link in try links(of: group, path: path) {
      let path = path + "/" + link.name
      objects += 1
      guard objects <= Self.objectLimit else {
        throw Refusal(path, expected: "at most \(Self.objectLimit) objects", found: "more")
      }
      try tell(link, in: group, path: path, depth: depth, to: &pipe)
    }
  }

  private mutating func tell(
    _ link: Link, in group: hid_t, path: String, depth: Int, to pipe: inout RecordPipe
  ) throws {
    guard link.isHard else {
      throw Refusal(path, expected: "a group or a dataset", found: link.description)
    }
    let object = try unsafe Handle(
      H5Oopen(group, link.name, 0), closedBy: H5Oclose, "open the object", at: path)
    var address = haddr_t()
    let kind = try unsafe check(h5_object(object.id, &address), "examine the object", at: path)
    switch kind {
    case Int32(H5O_TYPE_GROUP.rawValue):
      guard depth + 1 < Self.depthLimit else {
        throw Refusal(path, expected: "at most \(Self.depthLimit) groups deep", found: "more")
      }
      pipe.send(.group(name: link.name))
      try tell(object.id, path: path, depth: depth + 1, to: &pipe)
      pipe.send(.end)
    case Int32(H5O_TYPE_DATASET.rawValue):
      try tellAttributes(of: object.id, member: link.name, path: path, to: &pipe)
      try DatasetTelling(object.id, name: link.name, path: path).tell(to: &pipe)
    default:
      throw Refusal(path, expected: "a group or a dataset", found: "a named type")
    }
  }

  /// The links of a group: in the order of their creation where the file has kept it, else of their
  /// names.
  private func links(of group: hid_t, path: String) throws -> [Link] {
    var found = Links(room: Self.objectLimit - objects)
    let status = unsafe withUnsafeMutablePointer(to: &found) { found in
      unsafe h5_each_link(
        group, isOrdered(group) ? 1 : 0,
        { _, name, info, context in
          guard let name = unsafe name, let info = unsafe info, let context = unsafe context else {
            return -1
          }
          let found = unsafe context.assumingMemoryBound(to: Links.self)
          return unsafe found.pointee.add(name, info.pointee) ? 0 : 1
        }, unsafe found)
    }
    try check(status, "list the group", at: path)
    guard !found.isFull else {
      throw Refusal(path, expected: "at most \(Self.objectLimit) objects", found: "more")
    }
    for link in found.links {
      guard (1...Self.nameLimit).contains(link.name.utf8.count), link.isText,
        !link.name.utf8.contains(UInt8(ascii: "/")), link.name != ".", link.name != ".."
      else {
        throw Refusal(
          path, expected: "names of 1 to \(Self.nameLimit) bytes of UTF-8 without /",
          found: "'\(link.name.prefix(64))'")
      }
    }
    return found.links
  }

  private func isOrdered(_ group: hid_t) -> Bool {
    let list = H5Gget_create_plist(group)
    guard list >= 0 else { return false }
    defer { H5Pclose(list) }
    var flags: UInt32 = 0
    guard unsafe H5Pget_link_creation_order(list, &flags) >= 0 else { return false }
    return flags & UInt32(H5P_CRT_ORDER_TRACKED) != 0 && flags & UInt32(H5P_CRT_ORDER_INDEXED) != 0
  }
}

/// A name in a group and what it leads to.
struct Link {
  var name: String
  /// Whether the name is UTF-8.
  var isText: Bool
  var isHard: Bool
  /// What it is, with its article.
  var description: String
}

/// Links that are being collected.
private struct Links {
  var links: [Link] = []
  var isFull = false
  let room: Int

  init(room: Int) { self.room = room }

  mutating func add(_ name: UnsafePointer<CChar>, _ info: h5_link_info) -> Bool {
    guard links.count < room else {
      isFull = true
      return false
    }
    let text = unsafe String(validatingCString: name)
    let description =
      switch info.type {
      case H5L_TYPE_SOFT: "a soft link"
      case H5L_TYPE_EXTERNAL: "a link to another file"
      default: "a link of the unknown kind \(info.type.rawValue)"
      }
    unsafe links.append(
      Link(
        name: text ?? String(cString: name), isText: text != nil,
        isHard: info.type == H5L_TYPE_HARD, description: description))
    return true
  }
}
