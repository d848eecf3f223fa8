import Tensors

/// NumPy's file of one array (`numpy.save`): a header, then the elements.
///
/// The archive's root is the tensor, a view of the mapped file, or the text or object of an array
/// without axes: the dictionary, say, that `numpy.save` was given. Versions 1.0 to 3.0, C and Fortran
/// order, either byte order; bool, integers of 8 to 64 bits, float16, float32, float64, and a void
/// of two bytes as bfloat16. A file is written with the order and byte order of `Tensor.layout`.
public struct Npy: ArchiveFormat {
  /// The format; it has no options.
  public init() {}

  /// `npy`.
  public var name: String { "npy" }
  /// What people call it.
  public var title: String { "NumPy array" }
  /// `npy`.
  public var extensions: [String] { ["npy"] }

  /// Whether the file begins as npy files do.
  public func recognises(_ file: MappedFile) -> Bool {
    (try? file.firstBytes(NpyHeader.magic.count)) == NpyHeader.magic
  }

  /// Reads the header; the elements stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let value = try NpyArray.read(file) { count in
        try file.firstBytes(count)
      }
      return Archive(value, format: name)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes an archive of any root: a tensor, a number or a text as an array of its type, a tree as
  /// an array of one object, which NumPy loads with `allow_pickle=True`.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    if NpyObjects.holds(archive.root) {
      return try unsafe NpyObjects(archive.root).write { try unsafe file.write($0) }
    }
    try unsafe NpyArray(archive.root, at: nil, title: title).write { try unsafe file.write($0) }
  }
}
