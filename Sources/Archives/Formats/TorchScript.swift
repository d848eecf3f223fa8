import Tensors

/// TorchScript (`torch.jit.save`): a program and its weights in a zip file; the weights are read.
///
/// The archive's root is a dictionary of the tensors in the module's attributes, under dotted names
/// as `state_dict()` has them. The code is not looked at.
///
/// Source: `torch/csrc/jit/serialization`.
public struct TorchScript: ArchiveFormat {
  /// The format; it has no options.
  public init() {}

  /// `torchscript`.
  public var name: String { "torchscript" }
  /// What people call it.
  public var title: String { "TorchScript" }
  /// None: a program cannot be made of weights.
  public var extensions: [String] { [] }

  /// Whether the file is a zip file with a `data.pkl` in a directory, and code or constants beside it.
  public func recognises(_ file: MappedFile) -> Bool {
    TorchMembers.recognises(file, program: true)
  }

  /// Reads the zip's directory and the pickle of the module; the storages stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let program = try TorchProgram(TorchMembers(file).tree())
      return Archive(.mapping(kind: "OrderedDict", program.weights), format: name)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }
}
