import Tensors

/// HDF5 that is not of the native layout, such as Keras writes: weights of Keras 2 (`.h5`) and of
/// Keras 3 (`.weights.h5`).
///
/// libhdf5 reads such a file, in a process of its own that can do nothing else (`ReaderProcess`);
/// here everything that it tells is checked. Groups are mappings of kind `group`, in the order of
/// the names or, where the file has kept it, of creation; attributes are members of them, see
/// `AttributeKey`, and the root's are the archive's.
///
/// Datasets are tensors: views of the mapped file where the elements lie in it as they are, copies
/// where they are compressed (deflate, shuffle and fletcher32). A value without axes in an attribute
/// is an `integer`, `real` or `bool` where its type is int64, float64 or bool, and a tensor
/// otherwise. Texts of variable length are `text`, those of fixed length `bytes`, and rows of them
/// lists. Two bytes of opaque data with an attribute `dtype` of `bfloat16` are bfloat16, as Keras 3
/// has it.
public struct Keras: ArchiveFormat {
  /// The version of Keras for which files are written, or nil.
  ///
  /// Nil keeps the layout that a source had, and is 3 for sources of another format. Files of both are
  /// read.
  public let version: Int?

  /// The format, of either version.
  public init() { version = nil }

  /// The format where files are to be written for one version of Keras: 2 or 3.
  public init(version: Int) { self.version = version }

  /// `keras`; `keras2` or `keras3` where files are to be written for that.
  public var name: String { "keras" + (version.map(String.init) ?? "") }
  /// What people call it.
  public var title: String { "Keras\(version.map { " \($0)" } ?? "") HDF5" }
  /// What Keras 3 asks for; `.h5` alone is the native layout's.
  public var extensions: [String] { ["weights.h5", "keras.h5"] }

  /// Whether the file is HDF5 of another layout than ours: with the signature at the beginning, or
  /// after a block of 512 bytes, 1024, 2048 and so on that is not HDF5's.
  public func recognises(_ file: MappedFile) -> Bool {
    !NativeHDF5().recognises(file) && Self.hasSignature(file)
  }

  private static func hasSignature(_ file: MappedFile) -> Bool {
    unsafe (try? file.withCheckedBytes { bytes in
      var start = 0
      while start < bytes.count {
        if Superblock.isSignature(CheckedBytes(rebasing: bytes[start...])) { return true }
        let (next, overflow) = max(start, 256).multipliedReportingOverflow(by: 2)
        guard !overflow else { break }
        start = next
      }
      return false
    }) ?? false
  }

  /// Reads the tree.
  ///
  /// - Throws: `Failure` (`badInput`) that names the object: links other than hard ones, elements
  ///   that are neither numbers nor texts, elements in other files, rare filters, and everything on
  ///   which libhdf5 stops, crashes or takes too long; (`inputOutput`) where the program that reads
  ///   is missing.
  public func read(_ file: MappedFile) throws -> Archive {
    guard Self.hasSignature(file) else {
      throw Failure(file: file.path, expected: "the HDF5 signature", found: "other bytes")
    }
    do {
      return try ForeignTree.read(file)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Refuses: libhdf5 writes these files (`writeKeras` in the module `HDF5Writing`).
  public func write(_ archive: Archive, to file: OutputFile) throws {
    throw Failure(.usage, file: file.path, "Keras files are written by converting a checkpoint")
  }
}
