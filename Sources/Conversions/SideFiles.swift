import Archives
import Checkpoints
import Glibc
import Tensors

/// The sidecar of an output, and the module that computes the right function from it.
///
/// They lie beside it and change together with it.
/// A sidecar that speaks of another content than the file's would be worse than none. Two names cannot
/// change in one step, so for the time of the change the sidecar speaks of both contents
/// (`Sidecar.Change`). The module goes before the file changes, and comes after.
struct SideFiles {
  /// What the sidecar says, or would say.
  var statement: Sidecar
  /// Whether the output needs one.
  var needsSidecar: Bool
  /// The module's text; nil where none is needed.
  var module: String?

  /// Gives an output its name, and the files beside it theirs; all content is on the disk before the
  /// first name changes.
  ///
  /// - Parameters:
  ///   - destination: the output.
  ///   - written: the new content until then, a file or a directory.
  ///   - prepare: brings it to the disk.
  ///   - commit: gives it its name.
  /// - Throws: `Failure`. Unless the output has its name already, all is as it was.
  func commit(
    _ destination: String, _ written: String, _ options: AtomicFile.Options,
    prepare: () throws -> Void, commit: () throws -> Void
  ) throws {
    let (sidecarPath, modulePath) = (
      Sidecar.path(of: destination), RemedyModule.path(of: destination)
    )
    for path in [sidecarPath, modulePath] { AtomicFile.removeAbandoned(path) }
    let isNew = unsafe access(destination, F_OK) != 0
    // Left by a program that was killed before the output had its name.
    let isOrphan = isNew && (try? Sidecar.read(of: destination)) != nil
    var sidecarOptions = options
    sidecarOptions.force = options.force || isOrphan
    let before = try Before([sidecarPath, modulePath])
    let announced =
      try isNew
      ? nil
      : announced(destination, written).map { announced in
        var options = options
        options.force = true
        return try prepared(sidecarPath, jsonBytes(announced), options)
      }
    let sidecar =
      needsSidecar ? try prepared(sidecarPath, jsonBytes(statement), sidecarOptions) : nil
    let module = try module.map { try prepared(modulePath, Array($0.utf8), options) }
    if sidecar == nil { try AtomicFile.checkRemoval(sidecarPath, force: sidecarOptions.force) }
    if module == nil { try AtomicFile.checkRemoval(modulePath, force: options.force) }
    try prepare()
    let identity = FileStatus(written)?.identity
    // Nobody reads the sidecar of a new file before the file is there.
    if let first = isNew ? sidecar : announced { try settle(first, or: before) }
    do {
      try AtomicFile.remove(modulePath, force: true)
      try commit()
    } catch {
      // Where the output has its name and only the directory could not be synchronised, the sidecar that
      // knows both contents is right.
      if FileStatus(destination)?.identity != identity { before.restore() }
      throw error
    }
    if needsSidecar {
      if !isNew { try sidecar?.commit() }
    } else {
      try AtomicFile.remove(sidecarPath, force: true)
    }
    try module?.commit()
  }

  /// Gives a file its name, or leaves all as it was: also where it has its name and only the directory
  /// could not be synchronised.
  private func settle(_ file: AtomicFile, or before: Before) throws {
    let identity = FileStatus(file.temporaryPath)?.identity
    do {
      try file.commit()
    } catch {
      if FileStatus(file.path)?.identity == identity { before.restore() }
      throw error
    }
  }

  private func prepared(
    _ path: String, _ content: [UInt8], _ options: AtomicFile.Options
  ) throws -> AtomicFile {
    let file = try AtomicFile(path, options)
    try file.output.write(content)
    try file.prepare()
    return file
  }

  /// The sidecar for the time of the change; nil where neither content has one.
  private func announced(_ destination: String, _ written: String) throws -> Sidecar? {
    // One that nobody can read says nothing.
    let before = try? Sidecar.read(of: destination)
    guard needsSidecar || before != nil else { return nil }
    var announced = statement
    announced.change = Sidecar.Change(
      new: try Sidecar.digest(of: written), old: try Sidecar.digest(of: destination),
      before: before)
    return announced
  }
}

/// The content of small files before they are changed.
private struct Before {
  private var contents: [(path: String, bytes: [UInt8]?)] = []

  init(_ paths: [String]) throws {
    for path in paths {
      let isThere = unsafe access(path, F_OK) == 0
      contents.append((path, isThere ? try MappedFile(path).document() : nil))
    }
  }

  /// Brings it back, as far as the system lets it.
  func restore() {
    for (path, bytes) in contents {
      guard let bytes else {
        try? AtomicFile.remove(path, force: true)
        continue
      }
      if let now = try? MappedFile(path).document(), now == bytes { continue }
      guard let file = try? AtomicFile(path, AtomicFile.Options(force: true)) else { continue }
      try? file.output.write(bytes)
      try? file.commit()
    }
  }
}
