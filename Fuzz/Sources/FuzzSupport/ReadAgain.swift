public import Archives
import Glibc
public import Tensors

/// The most bytes of tensors that are read of one input: more show nothing new and take long.
private let byteLimit = 1 << 23

/// Reads an input and all its tensors; where the format can be written, it is written and read again,
/// and must be the same.
///
/// - Throws: the reader's `Failure`.
public func readAndWriteAgain(_ file: MappedFile, as format: any ArchiveFormat) throws {
  let archive = try format.read(file)
  guard try readAll(archive) else { return }
  let again = MemoryFile()
  do {
    let output = again.output()
    try format.write(archive, to: output)
    try output.flush()
  } catch let failure as Failure where failure.kind == .usage {
    // The format can be read in forms in which it is not written.
    return
  }
  do {
    let copy = try format.read(again.mapped())
    if let difference = try difference(archive.root, copy.root) {
      finding("read, written and read again as \(format.name), it differs \(difference)")
    }
  } catch let failure as Failure {
    finding("what was written as \(format.name) is refused: \(failure)")
  }
}

/// Reads the bytes of every tensor.
///
/// - Returns: whether they were all read: not where there are too many of them.
/// - Throws: the `Failure` of a tensor whose bytes cannot be had.
@discardableResult
public func readAll(_ archive: Archive) throws -> Bool {
  var room = byteLimit
  for case .tensor(let tensor) in archive.leaves.map(\.value) {
    guard tensor.byteCount <= room else { return false }
    room -= tensor.byteCount
    try unsafe tensor.forEachSlab { _ in }
  }
  return true
}
