import Archives
import Checkpoints
import Tensors

/// Inputs, and what another program's networks made of them.
///
/// Keys: `input`, as the first convolution sees it, or `images_01`, pictures in 0 to 1 that the
/// contract's normalisation is still due; `embedding`, `logits`, `projection`, `prediction`, and the
/// same of the target network as `target_embedding` ...; `act/STAGE` with a stage's name as
/// engines trace it. Keys may end in a suffix (`input_odd`, `embedding_odd`), which pairs them.
/// Arrays of four axes are [N, C, H, W], unless a key `layout` holds the text `NHWC`.
public struct Reference: Sendable {
  /// What reports call it: a file's base name.
  public var name: String
  /// Inputs with their outputs, in the order of the archive.
  public var batches: [Batch]
  /// Keys that were not understood, or have no input.
  public var unused: [String]

  /// An input and everything that was made of it.
  public struct Batch: Sendable {
    /// The end of the keys: `_odd`, or nothing.
    public var suffix: String
    /// [N, C, H, W].
    public var pictures: Tensor
    /// Whether `pictures` are in 0 to 1, not normalised.
    public var isRaw: Bool
    /// What is expected of the outputs.
    public var outputs: [Expected]
    /// What is expected of stages of the online network, in the archive's order.
    public var stages: [Expected]
  }

  /// An array to compare with.
  public struct Expected: Sendable {
    /// The key in the archive.
    public var key: String
    /// Which network.
    public var branch: Branch
    /// The stage, as engines trace it: `embedding`, `stage0/block1`.
    public var stage: String
    /// The values, [N, C] or [N, C, H, W].
    public var values: Tensor
  }

  /// Reads the arrays of an archive.
  ///
  /// - Throws: `Failure` (`badInput`) where there is no input with an output, or an array has not the
  ///   axes that its key says.
  public init(_ archive: Archive, name: String) throws {
    self.name = name
    let keys = try ReferenceKeys(archive)
    unused = keys.unknown
    batches = []
    for input in keys.inputs {
      let batch = try Batch(input, keys: keys)
      if batch.outputs.isEmpty, batch.stages.isEmpty {
        unused.append(input.key)
      } else {
        batches.append(batch)
      }
    }
    let suffixes = Set(batches.map(\.suffix))
    unused += keys.results.filter { !suffixes.contains($0.suffix) }.map(\.key)
    guard !batches.isEmpty else {
      throw Failure(
        file: name, expected: "`input` or `images_01` with outputs such as `embedding`",
        found: keys.all.isEmpty
          ? "no arrays" : "the keys \(keys.all.prefix(8).joined(separator: ", "))")
    }
  }
}

extension Reference.Batch {
  fileprivate init(_ input: ReferenceKeys.Input, keys: ReferenceKeys) throws {
    let pictures = try keys.pictures(input.key)
    suffix = input.suffix
    isRaw = input.isRaw
    self.pictures = pictures
    let results = try keys.results.filter { $0.suffix == input.suffix }.map {
      Reference.Expected(
        key: $0.key, branch: $0.branch, stage: $0.stage,
        values: try keys.values($0.key, count: pictures.shape[0]))
    }
    outputs = results.filter { Output(rawValue: $0.stage) != nil && !$0.key.hasPrefix("act/") }
    stages = results.filter { $0.key.hasPrefix("act/") }
  }

  /// What the first convolution sees, with the contract's normalisation where it is still due.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract's constants do not fit the channels.
  func input(_ contract: Contract.Input) throws -> Activation {
    let raw = Activation(shape: pictures.shape, values: try pictures.doubles())
    return isRaw ? try Preparation.normalised(raw, contract) : raw
  }
}
