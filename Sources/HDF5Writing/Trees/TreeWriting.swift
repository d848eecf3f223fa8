public import Archives
import Tensors

/// Writes a tree of groups, attributes and datasets over `file`, which exists and is empty: HDF5 as
/// h5py writes it, for other programs, and not of the native layout.
///
/// The tree is one that `Keras.read` gives, and reading the file gives it back: mappings are groups,
/// members that `AttributeKey` calls attributes are attributes, and `Archive.attributes` the root's;
/// tensors are contiguous datasets, little-endian; texts have variable length in UTF-8, byte strings
/// fixed length. bfloat16 is stored as Keras does, as opaque data with an attribute `dtype`. The
/// order of members is kept. libhdf5 makes the structure; tensors' bytes are written past it, a slab
/// at a time. The same tree gives the same bytes.
///
/// - Parameters:
///   - file: whose `path` is its own: libhdf5 opens it.
///   - threads: that read and write; at least 1.
///   - progress: called with the number of bytes written so far, one call at a time.
/// - Throws: `Failure` (`usage`) where HDF5 cannot hold the tree, naming the part; (`inputOutput`)
///   where the system refuses; and whatever reading a tensor throws.
public func writeTree(
  _ archive: Archive, into file: OutputFile, threads: Int = 2,
  progress: (@Sendable (Int) -> Void)? = nil
) throws {
  do {
    guard case .mapping(_, let entries) = archive.root else {
      throw Failure(.usage, "HDF5 files hold a tree of groups, whose root is one")
    }
    var writer = try TreeWriter(file.path, rootIsSorted: TreeWriter.isSorted(entries))
    for attribute in archive.attributes {
      try writer.addRootAttribute(attribute.key.description, attribute.value)
    }
    try writer.addMembers(entries)
    _ = try writeData(
      writer.data.map { ($0.tensor, $0.offset) }, to: file, threads: threads,
      ProgressMeter(progress))
    try writer.close()
  } catch let failure as Failure {
    throw failure.of(file: file.path)
  }
}
