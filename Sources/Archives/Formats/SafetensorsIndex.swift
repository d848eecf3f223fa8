import Tensors

/// The index of a model in several safetensors files (`model.safetensors.index.json`): which tensor
/// is in which file.
///
/// The archive is all of them, in the index's order. The files are opened by their names, which must
/// be plain ones, in the index's own directory; links are not followed. Every name of the index is in
/// its file, and every tensor of the files in the index.
public struct SafetensorsIndex: ArchiveFormat {
  /// The most files that an index may name.
  private static let fileLimit = 4096
  private static let mapKey = "weight_map"

  /// The format; it has no options.
  public init() {}

  /// `safetensors-index`.
  public var name: String { "safetensors-index" }
  /// What people call it.
  public var title: String { "safetensors index" }
  /// Names and tensors, without dictionaries in dictionaries.
  public var isFlat: Bool { true }
  /// No: tensors alone.
  public var holdsScalars: Bool { false }
  /// None: the files that it joins are written first, by `SafetensorsShards`.
  public var extensions: [String] { [] }

  /// Whether the file is a JSON object that has a `weight_map`.
  public func recognises(_ file: MappedFile) -> Bool {
    guard file.count <= SafetensorsHeader.limit else { return false }
    return
      unsafe (try? file.withCheckedBytes { bytes in
        guard bytes.first == UInt8(ascii: "{") else { return false }
        var scanner = JSONScanner(bytes, place: "index")
        var isFound = false
        // What follows the map, and the map itself, are `read`'s to judge.
        try? scanner.object { scanner, key in
          isFound = isFound || key == Self.mapKey
          try scanner.skipValue()
        }
        return isFound
      }) ?? false
  }

  /// Reads the index and the headers of its files; the tensors stay where they are.
  ///
  /// The attributes are those that all files have alike.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let map = try map(of: file)
      var shards: [String: Archive] = [:]
      for (_, shard) in map where shards[shard] == nil {
        guard shards.count < Self.fileLimit else {
          throw Failure(
            place: "index", expected: "at most \(Self.fileLimit) files", found: "more")
        }
        shards[shard] = try open(shard, beside: file)
      }
      return Archive(
        .dict(try join(map, shards)), format: name, attributes: common(Array(shards.values)))
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// The end of the names that such files have.
  static let ending = "safetensors.index.json"

  /// The names of the files that an index joins.
  func fileNames(_ file: MappedFile) throws -> Set<String> {
    do {
      return Set(try map(of: file).map(\.file))
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  private func map(of file: MappedFile) throws -> [(name: String, file: String)] {
    guard file.count <= SafetensorsHeader.limit else {
      throw Failure(
        place: "index", expected: "at most \(SafetensorsHeader.limit) bytes",
        found: "\(file.count)")
    }
    return try unsafe file.withCheckedBytes { bytes in
      var scanner = JSONScanner(bytes, place: "index")
      var map: [(name: String, file: String)]?
      try scanner.object { scanner, key in
        guard key == Self.mapKey else { return try scanner.skipValue() }
        var entries: [(name: String, file: String)] = []
        try scanner.object { entries.append(($1, try $0.string())) }
        map = entries
      }
      try scanner.end()
      guard let map else {
        throw Failure(place: "index", expected: "a '\(Self.mapKey)'", found: "none")
      }
      return map
    }
  }

  /// Opens a file of the index's directory by its plain name.
  private func open(_ name: String, beside index: MappedFile) throws -> Archive {
    guard !name.isEmpty, name != ".", name != "..", !name.contains("/"),
      name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), name.utf8.count <= 255
    else {
      throw Failure(
        place: "index", expected: "names of files in the index's own directory",
        found: "'\(name.prefix(255))'")
    }
    let folder = index.path.lastIndex(of: "/").map { index.path[...$0] } ?? ""
    let file = try MappedFile(folder + name, followsLinks: false)
    return try Safetensors().read(file)
  }

  /// The tensors in the map's order, each taken from its file.
  private func join(
    _ map: [(name: String, file: String)], _ shards: [String: Archive]
  ) throws -> [(String, Node)] {
    var rest: [String: [String: (name: String, node: Node)]] = [:]
    for (file, archive) in shards {
      rest[file] = Dictionary(
        uniqueKeysWithValues: (archive.root.children ?? []).map {
          ($0.key.description, ($0.key.description, $0.value))
        })
    }
    let entries = try map.map { name, file in
      // Names are bytes: another spelling of the same letters is another name.
      guard let found = rest[file]?.removeValue(forKey: name),
        found.name.utf8.elementsEqual(name.utf8)
      else {
        throw Failure(
          place: "index, tensor '\(name)'", expected: "a tensor of '\(file)'", found: "none")
      }
      return (name, found.node)
    }
    let others = rest.flatMap { file, nodes in nodes.keys.map { (file, $0) } }
    if let (file, name) = others.min(by: { $0 < $1 }) {
      throw Failure(
        place: "index", expected: "every tensor of its files",
        found: "none of the name '\(name)', which '\(file)' holds")
    }
    return entries
  }

  private func common(_ archives: [Archive]) -> [Node.Entry] {
    guard let first = archives.first else { return [] }
    return first.attributes.filter { entry in
      guard case .text(let text) = entry.value else { return false }
      return archives.allSatisfy { archive in
        archive.attributes.contains {
          guard case .text(let other) = $0.value else { return false }
          return $0.key == entry.key && text == other
        }
      }
    }
  }
}
