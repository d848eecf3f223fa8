import Archives
public import Checkpoints
import Foundation
public import Tensors

/// A recorded training run of fixtures/: states, views, losses, gradients and outputs of every step,
/// under native names.
///
/// `fixtures/oracles/*.npz` was made with PyTorch, `fixtures/deepmind/oracle_haiku_*.npz` with DeepMind's
/// own code. All quantities of step k belong to the update from state k to state k + 1.
public struct Oracle: Sendable {
  /// Every array of the file by its own name: `step0/loss`.
  public let arrays: [String: Tensor]
  /// Whether it is DeepMind's.
  public let isHaiku: Bool
  /// Updates recorded.
  public let steps: Int
  /// The dialect of the states' names.
  let dialect: Dialect
  /// What the states of the first file do not say: views and outputs of a float64 file are another's.
  private let inputs: [String: Tensor]
  private typealias File = (arrays: [String: Tensor], texts: [String: String])

  /// The run of a file.
  ///
  /// - Parameters:
  ///   - path: under `shared/`: `fixtures/oracles/oracle_sgd_f32.npz`.
  ///   - inputs: the file of the views and of the states before each step, where it is another
  ///     (`oracle_haiku_tiny_f64.npz` is single steps from the states of `oracle_haiku_tiny.npz`).
  public init(_ path: String, inputs: String? = nil) throws {
    let file = try Self.read(path)
    arrays = file.arrays
    self.inputs = try inputs.map { try Self.read($0).arrays } ?? arrays
    isHaiku = path.contains("haiku")
    var steps = 0
    while arrays.keys.contains(where: { $0.hasPrefix("step\(steps)/") }) { steps += 1 }
    self.steps = steps
    dialect =
      isHaiku
      ? try Dialects.named("haiku")
      : try OracleDialect.make(recipe: Self.recipe(of: file.texts["hyper"]))
  }

  private static func read(_ path: String) throws -> File {
    let file = try MappedFile(Shared.path(path))
    var result: File = ([:], [:])
    for leaf in try Formats.recognising(file).read(file).leaves {
      switch leaf.value {
      case .tensor(let tensor): result.arrays[leaf.name] = tensor
      case .text(let text): result.texts[leaf.name] = text
      default: break
      }
    }
    return result
  }

  /// The array of that name, of this file or of that of the inputs.
  ///
  /// - Throws: `Failure` where neither has it.
  public func array(_ key: String) throws -> Tensor {
    guard let tensor = arrays[key] ?? inputs[key] else {
      throw Failure(.badInput, place: key, "the oracle has no such array")
    }
    return tensor
  }

  /// The number of that name.
  public func number(_ key: String) throws -> Double { try array(key).doubles().first ?? .nan }

  /// The networks, running statistics and optimiser before step `step`, as one step should begin.
  public func checkpoint(before step: Int) throws -> Checkpoint { try state(step, of: inputs) }

  /// The networks, running statistics and optimiser after step `step`, as it should leave them.
  public func checkpoint(after step: Int) throws -> Checkpoint { try state(step + 1, of: arrays) }

  /// The gradient of the loss of step `step` with respect to each parameter, by native name.
  public func gradients(_ step: Int) throws -> [String: Tensor] {
    var leaves = leaves("step\(step)/\(isHaiku ? "grads" : "grad")/", of: arrays)
    if isHaiku { leaves = leaves.map { ("online_params/" + $0.0, $0.1) } }
    let checkpoint = try dialect.read(Archive(.dict(leaves), format: "npz")).checkpoint
    return Dictionary(
      checkpoint.entries.map { ($0.path, $0.tensor) }, uniquingKeysWith: { first, _ in first })
  }

  /// A view of step `step` as the first convolution sees it: [N, C, H, W] and its values.
  public func view(_ number: Int, of step: Int) throws -> (shape: [Int], values: [Double]) {
    let tensor = try array("step\(step)/view\(number)")
    guard isHaiku else { return (tensor.shape, try tensor.doubles()) }
    // DeepMind's network normalises [0, 1] itself.
    let pictures = tensor.permuted([0, 3, 1, 2])
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let plane = pictures.shape[2] * pictures.shape[3]
    let values = try pictures.doubles().enumerated().map { index, value -> Double in
      let channel = index / plane % 3
      return (value - mean[channel]) / deviation[channel]
    }
    return (pictures.shape, values)
  }

  /// An output of a branch for a view of step `step`, [N, D], or nil where it was not recorded.
  ///
  /// `projection` or `prediction`; of DeepMind's `logits` too.
  public func output(
    _ output: String, of branch: Branch, view: Int, step: Int
  ) throws -> Tensor? {
    let name =
      isHaiku
      ? "\(branch.rawValue)_out/\(output)_view\(view)"
      : output == "prediction"
        ? (branch == .online ? "prediction\(view)" : "none") : "\(branch.rawValue)_\(output)\(view)"
    return arrays["step\(step)/\(name)"]
  }

  private func leaves(_ prefix: String, of arrays: [String: Tensor]) -> [(String, Node)] {
    arrays.keys.filter { $0.hasPrefix(prefix) }.sorted().compactMap { key in
      arrays[key].map { (String(key.dropFirst(prefix.count)), .tensor($0)) }
    }
  }

  private func state(_ number: Int, of arrays: [String: Tensor]) throws -> Checkpoint {
    let leaves = leaves("state\(number)/", of: arrays)
    var checkpoint = try dialect.read(Archive(.dict(leaves), format: "npz")).checkpoint
    checkpoint.recipe.step = number
    guard !isHaiku else { return checkpoint }
    var slots: [Checkpoint.Entry] = []
    for slot in ["momentum", "exp_avg", "exp_avg_sq"] {
      let buffers = self.leaves("opt\(number)/\(slot)/", of: arrays)
      guard !buffers.isEmpty else { continue }
      for entry in try dialect.read(Archive(.dict(buffers), format: "npz")).checkpoint.entries {
        slots.append(Checkpoint.Entry("optimizer/\(slot)/\(entry.path)", entry.tensor))
        guard slot == "exp_avg" else { continue }
        // PyTorch counts the updates of each parameter.
        slots.append(
          Checkpoint.Entry(
            "optimizer/step/\(entry.path)", try Tensor(floats: [Float(number)], shape: [])))
      }
    }
    return Checkpoint(
      entries: checkpoint.entries + slots, contract: checkpoint.contract,
      recipe: checkpoint.recipe, provenance: checkpoint.provenance)
  }
}
