import Tensors

/// A checkpoint of several files: a directory, or files that are named one by one.
///
/// Of one checkpoint file, the archive is that file's. Of several, its root is a mapping of kind
/// `folder` from each file's name without its ending to that file's root, sorted by name; what a
/// file says of itself as a whole (HDF5's root attributes, safetensors' metadata) is there in
/// members named as `AttributeKey` says. JSON files (`config.json`) are attributes of the archive,
/// under their whole names. An index of safetensors stands for its shards.
///
/// Only regular files of the directory itself are opened; links, directories and hidden files are
/// not. Their content, and not their names, says what they are.
public struct Folder: Sendable {
  /// A checkpoint file.
  public struct Part: Sendable {
    /// The file's name in the directory.
    public var name: String
    /// The key of its root in the archive's root; nil where the root is the archive's.
    public var key: String?
    /// The file.
    public var file: MappedFile
    /// Its format's name.
    public var format: String
  }

  /// The tree of all files; its format is theirs, or `folder` where they have several.
  public let archive: Archive
  /// The checkpoint files, sorted by name.
  public let parts: [Part]
  /// Names of what was not read, each with the reason: `README.md`, `of no known format`.
  public let leftAside: [(name: String, reason: String)]

  /// Reads a directory.
  ///
  /// - Throws: `Failure` (`badInput`) where no file in it is a checkpoint, or one that looks like a
  ///   checkpoint is damaged; (`inputOutput`) where the system refuses.
  public init(_ path: String) throws {
    let (names, others) = try FolderListing.files(in: path)
    let base = path.hasSuffix("/") ? path : path + "/"
    try self.init(path, names.map { ($0, base + $0) }, leftAside: others, followsLinks: false)
  }

  /// Reads files that the user has named.
  ///
  /// - Parameter paths: of the files; no two may have the same name.
  /// - Throws: `Failure`, as of a directory; (`usage`) of two files of one name.
  public init(files paths: [String]) throws {
    let named = paths.map { path in
      (name: path.split(separator: "/").last.map(String.init) ?? path, path: path)
    }
    for (index, (name, path)) in named.enumerated()
    where named[..<index].contains(where: { $0.name == name }) {
      throw Failure(.usage, file: path, "two files have the name \(name)")
    }
    try self.init(
      paths.joined(separator: ", "), named.sorted { $0.name < $1.name }, leftAside: [],
      followsLinks: true)
  }

  private init(
    _ path: String, _ files: [(name: String, path: String)],
    leftAside others: [(name: String, reason: String)], followsLinks: Bool
  ) throws {
    let (found, documents, rest) = try Self.sorted(files, followsLinks: followsLinks)
    guard !found.isEmpty else {
      throw Failure(file: path, expected: "a checkpoint file in the directory", found: "none")
    }
    let archives = try found.map { try $0.format.read($0.file) }
    let keys = Self.keys(found.map(\.name))
    parts = zip(found, keys).map { item, key in
      Part(
        name: item.name, key: found.count > 1 ? key : nil, file: item.file,
        format: item.format.name)
    }
    leftAside = (others + rest).sorted { $0.name < $1.name }
    var archive = archives[0]
    archive.name = keys[0]
    if archives.count > 1 {
      let entries = zip(keys, archives).map { Node.Entry(.text($0), $1.withAttributesInside.root) }
      let formats = Set(archives.map(\.format))
      archive = Archive(
        .mapping(kind: "folder", entries),
        format: formats.count == 1 ? formats.first ?? "" : "folder")
      archive.notes = Set(archives.flatMap(\.notes)).sorted()
    }
    archive.attributes += documents.map { Node.Entry(.text($0.name), $0.value) }
    self.archive = archive
  }

  /// What the files are.
  ///
  /// Shards are let go here: their index opens them, and they would be mapped twice.
  private static func sorted(
    _ files: [(name: String, path: String)], followsLinks: Bool
  ) throws -> FileSorting.Sorted {
    var sorting = FileSorting()
    for (name, path) in files {
      try sorting.add(name, try MappedFile(path, followsLinks: followsLinks))
    }
    return try sorting.finished()
  }

  /// Names without their endings, or whole where two would be the same.
  private static func keys(_ names: [String]) -> [String] {
    let stems = names.map(stem)
    let counts = Dictionary(stems.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(names, stems).map { counts[$1] == 1 ? $1 : $0 }
  }

  /// A file's name without its format's ending.
  package static func stem(_ name: String) -> String {
    let ending = (Formats.all.flatMap(\.extensions) + [SafetensorsIndex.ending])
      .filter { name.lowercased().hasSuffix("." + $0) }.max { $0.count < $1.count }
    let stem = ending.map { String(name.dropLast($0.count + 1)) } ?? name
    return stem.isEmpty ? name : stem
  }
}
