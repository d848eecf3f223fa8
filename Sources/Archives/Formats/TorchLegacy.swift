import Tensors

/// PyTorch's format before version 1.6: pickles one after another, then the storages.
///
/// The archive is what `Torch` gives of a file of the newer kind.
///
/// Source: `torch/serialization.py`, `_legacy_save`.
public struct TorchLegacy: ArchiveFormat {
  /// The format; it has no options.
  public init() {}

  /// `torch-legacy`.
  public var name: String { "torch-legacy" }
  /// What people call it.
  public var title: String { "PyTorch before 1.6" }
  /// None: `Torch` is what is written.
  public var extensions: [String] { [] }

  /// Whether the file begins with the pickle of PyTorch's magic number.
  public func recognises(_ file: MappedFile) -> Bool {
    (try? file.firstBytes(TorchLegacyFile.magicEnd)).map(TorchLegacyFile.isMagic) ?? false
  }

  /// Reads the pickles and the storages' counts; the storages stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      var modules = TorchModules()
      let root = try modules.reduced(TorchLegacyFile(file).tree())
      return Archive(root, format: name, attributes: modules.attributes)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }
}
