import Archives
import Tensors

/// A file that was opened, and the checkpoint in it.
public struct Loaded: Sendable {
  /// The file or directory, as the caller named it.
  public var path: String
  /// The files that hold its tensors, mapped.
  public var files: [MappedFile]
  /// Its tree, as its format gives it.
  public var archive: Archive
  /// The dialect it speaks, or nil where its names are native.
  public var dialect: Dialect?
  /// The checkpoint.
  public var checkpoint: Checkpoint
  /// What the user should know, a sentence each.
  public var notes: [String]
  /// Names that were left out by the user's word.
  public var dropped: Int

  /// The bytes of all files.
  public var size: Int { files.reduce(0) { $0 + $1.count } }

  /// The dialect's name.
  public var dialectName: String { dialect?.name ?? Dialects.native }

  /// Opens a checkpoint: format by content, dialect by names, unless they are given.
  ///
  /// - Parameters:
  ///   - path: the file, or a directory of several.
  ///   - others: further files of the checkpoint.
  ///   - format: a format's name, or nil to look at the content.
  ///   - dialect: a dialect's name or file, or nil to look at the names.
  ///   - drop: names to leave out, the source's or native ones.
  ///   - given: the dialect itself, where it has no name; `dialect` is then not looked at.
  ///   - withTree: whether a native file's tree of source names is read too.
  /// - Throws: `Failure` that names the file and the place in it.
  public init(
    _ path: String, with others: [String] = [], format: String? = nil, dialect: String? = nil,
    given: Dialect? = nil,
    drop: NamePatterns = NamePatterns(), withTree: Bool = true
  ) throws {
    do {
      let opened = try Opened(path, format: format, with: others)
      try self.init(
        opened, dialect: try given ?? Self.dialect(of: opened.archive, named: dialect), drop: drop,
        sidecarOf: path, withTree: withTree)
    } catch let failure as Failure {
      // What the user asked for is not the file's fault.
      throw failure.kind == .usage ? failure : failure.of(file: path)
    }
  }

  /// Opens a file that was just written in `dialect`, nil for the native names, without its sidecar.
  ///
  /// - Parameters:
  ///   - format: the file's, or nil of a directory.
  ///   - name: what the file's name begins with, where a dialect tells networks by it.
  /// - Throws: `Failure` that names the file and the place in it.
  public init(
    _ path: String, format: (any ArchiveFormat)?, writtenIn dialect: Dialect?,
    named name: String? = nil
  ) throws {
    do {
      try self.init(
        try Opened(path, format: format?.name, named: name), dialect: dialect, drop: NamePatterns(),
        sidecarOf: nil, withTree: true)
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }

  private init(
    _ opened: Opened, dialect: Dialect?, drop: NamePatterns, sidecarOf named: String?,
    withTree: Bool
  ) throws {
    path = opened.path
    files = opened.files
    archive = opened.archive
    self.dialect = dialect
    let imported =
      try dialect?.read(archive, drop: drop)
      ?? NativeReading.read(archive, withTree: withTree, drop: drop)
    checkpoint = imported.checkpoint
    notes = opened.notes + imported.notes
    dropped = imported.dropped
    try drop.checkUsed()
    if dialect != nil, let named, let said = try Sidecar.read(of: named) {
      if dropped == 0 {
        try said.check(against: checkpoint.contract, of: checkpoint.provenance.origins, in: named)
      }
      checkpoint.contract = said.contract
      checkpoint.recipe = said.recipe
      checkpoint.provenance.origins.merge(said.origins) { $1 }
      checkpoint.provenance.made = said.made
      checkpoint.provenance.casts = said.casts
      checkpoint.provenance.licence = said.licence ?? checkpoint.provenance.licence
      notes.append("contract and recipe are from \(baseName(Sidecar.path(of: named)))")
    }
    notes += dialect?.assumptions(checkpoint.provenance.origins) ?? []
    guard !checkpoint.entries.isEmpty else {
      throw Failure(expected: "tensors of a BYOL network", found: "none")
    }
  }

  /// The dialect that was named, or that of the archive's names; nil for the native one.
  private static func dialect(of archive: Archive, named name: String?) throws -> Dialect? {
    switch name {
    case Dialects.native?: nil
    case let name?: try Dialects.named(name)
    case nil: NativeReading.recognises(archive) ? nil : try Dialects.recognising(archive)
    }
  }
}

/// The last component of a path.
public func baseName(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}
