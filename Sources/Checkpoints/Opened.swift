import Archives
import Tensors

/// The files of a checkpoint, opened, and the tree that they hold.
package struct Opened {
  /// What the user named: a file or a directory.
  package var path: String
  /// The files that hold tensors.
  package var files: [MappedFile]
  /// The tree of them all.
  package var archive: Archive
  /// What the user should know, a sentence each.
  package var notes: [String] = []

  /// Opens a file, or a directory with the files in it.
  ///
  /// - Parameters:
  ///   - format: a format's name, or nil to look at the content.
  ///   - others: further files of the checkpoint.
  ///   - name: the name that a file is to have, where it has another for the moment.
  /// - Throws: `Failure`.
  package init(
    _ path: String, format: String?, with others: [String] = [], named name: String? = nil
  ) throws {
    self.path = path
    guard others.isEmpty, !Folder.isFolder(path) else {
      guard format == nil else {
        throw Failure(.usage, file: path, "the formats of several files are told by their content")
      }
      let folder = others.isEmpty ? try Folder(path) : try Folder(files: [path] + others)
      files = folder.parts.map(\.file)
      archive = folder.archive
      notes = archive.notes
      try archive.checkNames()
      if archive.format == Keras().name { archive = archive.withAttributesInside }
      if !folder.leftAside.isEmpty {
        let names = folder.leftAside.map { "\($0.name) (\($0.reason))" }
        notes.append("not read: " + names.joined(separator: ", "))
      }
      return
    }
    let file = try MappedFile(path)
    let format = try format.map { try Formats.named($0) } ?? Formats.recognising(file)
    archive = try format.read(file)
    try archive.checkNames()
    // Lists of layers are part of the tree of such files.
    if format is Keras { archive = archive.withAttributesInside }
    archive.name = name ?? Folder.stem(baseName(path))
    notes = archive.notes
    files = [file]
  }
}
