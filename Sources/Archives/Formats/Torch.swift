import Tensors

/// PyTorch's format (`torch.save`, since version 1.6): a zip file of a pickle and of storages.
///
/// The archive's root is the pickled object: dictionaries keep their class, objects of unknown
/// classes are inert records. Tensors are views of the mapped file, with the strides and the offset
/// that they have in their storage; those that are the same view of one storage share a number
/// (`StoredLayout.sharing`). A module that was saved whole stands as what its `state_dict()` would
/// be, and the attribute `module` names its class. Lightning's `.ckpt` and mmengine's `.pth` are
/// files of this kind too.
///
/// Source: `torch/serialization.py` and `caffe2/serialize/inline_container.cc`.
public struct Torch: ArchiveFormat {
  /// The format; it has no options.
  public init() {}

  /// `torch`.
  public var name: String { "torch" }
  /// What people call it.
  public var title: String { "PyTorch" }
  /// Every usual ending; none of them says which format a file has.
  public var extensions: [String] { ["pt", "pth", "ckpt", "pth.tar", "bin", "torch"] }

  /// Whether the file is a zip file with a `data.pkl` in a directory, and without code.
  public func recognises(_ file: MappedFile) -> Bool {
    TorchMembers.recognises(file, program: false)
  }

  /// Reads the zip's directory and the pickle; the storages stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      var modules = TorchModules()
      let root = try modules.reduced(TorchMembers(file).tree())
      return Archive(root, format: name, attributes: modules.attributes)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes any tree as `torch.save` does, for `torch.load` with `weights_only` and without.
  ///
  /// A tensor has the strides of its layout where they leave no gaps, and is contiguous otherwise;
  /// those that share a number have one storage. Objects of other classes are written as what they
  /// were, which `torch.load` takes only without `weights_only`. The same archive gives the same
  /// bytes.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    try TorchWriter.write(archive.root, to: file)
  }
}
