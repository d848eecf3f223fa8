import Tensors

/// The place that a path leads to, by which two paths are told to be the same.
///
/// A file that is there is told by device and inode, whatever it is called. One that is not there yet is
/// told by the directory that would hold it and by its name, so that `x`, `./x` and `link-to-here/x` are
/// one place before the file exists too.
struct FilePlace {
  /// What two paths to one place have in common.
  enum Key: Hashable {
    case file(FileIdentity)
    case name(folder: FileIdentity, [UInt8])
    /// Nothing is known of it but its path: the directory is not there.
    case path([UInt8])
  }

  /// What tells the place from others.
  let key: Key
  /// The path with the links at its end followed, of which the last may lead to nothing yet.
  let path: String
  /// What is there; nil for nothing.
  let kind: FileStatus.Kind?

  /// The place of a path; nil where there is a device, a FIFO or a socket, which nothing takes the place
  /// of.
  init?(_ path: String) {
    let resolved = Self.resolved(path)
    self.path = resolved
    if let status = FileStatus(path) {
      guard status.kind == .regular || status.kind == .directory else { return nil }
      kind = status.kind
      key = .file(status.identity)
      return
    }
    kind = nil
    let (folder, name) = Destination.split(resolved)
    key =
      FileStatus(folder).map { .name(folder: $0.identity, Array(name.utf8)) }
      ?? .path(Array(resolved.utf8))
  }

  /// The name in its directory.
  var name: String { Destination.split(path).name }

  /// The directory that holds it, where that is there.
  var folder: FileIdentity? { FileStatus(Destination.split(path).folder)?.identity }

  /// Whether it lies in a directory, however deep.
  func isBelow(_ ancestor: FileIdentity) -> Bool {
    var folder = Destination.split(path).folder
    var last: FileIdentity?
    // The root is its own parent.
    while let identity = FileStatus(folder)?.identity, identity != last {
      if identity == ancestor { return true }
      last = identity
      folder += "/.."
    }
    return false
  }

  /// The path without slashes at its end, and where it is a symbolic link, what that leads to.
  private static func resolved(_ path: String) -> String {
    var path = path
    for _ in 0..<mostLinks {
      while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
      guard FileStatus(path, followsLinks: false)?.kind == .symbolicLink,
        let target = FileStatus.target(ofLink: path)
      else { break }
      path = target.hasPrefix("/") ? target : "\(Destination.split(path).folder)/\(target)"
    }
    return path
  }

  /// As many as Linux follows.
  private static let mostLinks = 40
}
