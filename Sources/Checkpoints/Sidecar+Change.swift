import Archives
import Tensors

extension Sidecar {
  /// Which contents of its file a sidecar speaks of while both are being replaced.
  ///
  /// Two names cannot change in one step. So the new sidecar comes first, and has the old one in it; then
  /// the file is replaced; then the sidecar is written without the old one. Wherever that stops, a reader
  /// tells by the file's content which of the two is meant.
  public struct Change: Codable, Sendable {
    /// SHA-256 of the new content, of which the sidecar's other fields speak.
    public var new: String
    /// SHA-256 of the old content.
    public var old: String
    /// The old sidecar: one, or none.
    public var before: [Sidecar]

    /// A change from a content and its sidecar, if it has one, to another content.
    public init(new: String, old: String, before: Sidecar?) {
      (self.new, self.old) = (new, old)
      self.before = before.map { [$0] } ?? []
    }
  }

  /// The SHA-256 of a checkpoint's content; of a directory that of the list that `sha256sum` prints of
  /// the files in it.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read.
  public static func digest(of path: String) throws -> String {
    func digest(_ path: String) throws -> Digest {
      let file = try MappedFile(path)
      return try Tensor(.uint8, shape: [file.count], source: file).digest()
    }
    guard Folder.isFolder(path) else { return try digest(path).description }
    var hasher = DigestHasher()
    for name in try Folder.fileNames(in: path) {
      hasher.update("\(try digest(path + "/" + name))  \(name)\n")
    }
    return hasher.finalized().description
  }

  /// The sidecar of the file at `path` as it is now, or nil where there is none that speaks of it.
  ///
  /// - Throws: `Failure`, see `read` and `digest`.
  public static func read(of path: String) throws -> Sidecar? {
    guard var said = try read(Sidecar.path(of: path)) else { return nil }
    guard let change = said.change else { return said }
    // What neither of the two is was written by somebody else since, and what was said last holds.
    if try digest(of: path) == change.old { return change.before.first }
    said.change = nil
    return said
  }
}
