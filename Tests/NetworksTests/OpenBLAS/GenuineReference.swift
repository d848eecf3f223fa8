import Archives
import Checkpoints
import Networks
import Tensors
import TestSupport

/// Arrays that DeepMind's own code made: states by haiku's names, pictures and activations NHWC.
struct GenuineReference {
  let arrays: [String: Tensor]

  /// The arrays of a file: `infer_tiny_haiku_byol.npz`.
  init(_ name: String) throws {
    let file = try MappedFile(Shared.path("fixtures/deepmind/\(name)"))
    var arrays: [String: Tensor] = [:]
    for leaf in try Formats.recognising(file).read(file).leaves {
      if case .tensor(let tensor) = leaf.value { arrays[leaf.name] = tensor }
    }
    self.arrays = arrays
  }

  /// The state whose arrays begin with a prefix: `state0/`; of another file where it has them under
  /// another prefix.
  ///
  /// - Parameter replacing: arrays to take instead, by prefix: `online_state/` from
  ///   `a/online/train/new_state/`.
  func checkpoint(
    _ prefix: String = "", replacing: (prefix: String, with: GenuineReference, under: String)? = nil
  ) throws -> Checkpoint {
    let trees = ["online_params/", "online_state/", "target_params/", "target_state/"]
    var leaves: [(String, Node)] = []
    for (key, tensor) in arrays.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
      let name = String(key.dropFirst(prefix.count))
      guard trees.contains(where: name.hasPrefix) else { continue }
      var value = tensor
      if let replacing, name.hasPrefix(replacing.prefix) {
        let other = replacing.under + name.dropFirst(replacing.prefix.count)
        guard let found = replacing.with.arrays[other] else {
          throw Failure(.badInput, place: other, "the reference has no such array")
        }
        value = found
      }
      leaves.append((name, .tensor(value)))
    }
    return try Dialects.named("haiku").read(Archive(.dict(leaves), format: "npz")).checkpoint
  }

  /// The array of a key in the engine's order of axes.
  func activation(_ key: String) throws -> Activation {
    guard let tensor = arrays[key] else {
      throw Failure(.badInput, place: key, "the reference has no such array")
    }
    let view = tensor.shape.count == 4 ? tensor.permuted([0, 3, 1, 2]) : tensor
    return Activation(shape: view.shape, values: try view.doubles())
  }

  /// Pictures of a key, normalised as the contract says.
  func input(_ key: String, _ contract: Contract) throws -> Activation {
    var pictures = try activation(key)
    let plane = pictures.shape[2] * pictures.shape[3]
    for index in pictures.values.indices {
      let channel = index / plane % 3
      pictures.values[index] =
        (pictures.values[index] - contract.input.mean[channel]) / contract.input.std[channel]
    }
    return pictures
  }

  /// The activations of one kind of pass, by stage: `a/online/eval`, second calls apart.
  func stages(_ pass: String, call: Int = 1) throws -> [String: Activation] {
    let prefix = pass + "/act/"
    var result: [String: Activation] = [:]
    for key in arrays.keys where key.hasPrefix(prefix) {
      var module = String(key.dropFirst(prefix.count))
      let isSecond = module.hasSuffix("#2")
      guard isSecond == (call == 2) else { continue }
      if isSecond { module.removeLast(2) }
      if let stage = Self.stage(ofModule: module) { result[stage] = try activation(key) }
    }
    return result
  }

  /// The stage that a haiku module's output is, or nil of an input that is another stage's output.
  static func stage(ofModule module: String) -> String? {
    let parts = module.split(separator: "/").filter { $0 != "~" }.map(String.init)
    if module.hasSuffix(":input") { return parts.last == "block_group_0:input" ? "stem/pool" : nil }
    if module.hasSuffix("_ema") { return nil }
    switch parts[0] {
    case "classifier": return "logits"
    case "projector", "predictor":
      guard parts.count > 1 else {
        return parts[0] == "projector" ? "projection" : "prediction"
      }
      let names = ["linear": "linear0", "linear_1": "linear1", "batch_norm": "bn0"]
      return "\(parts[0])/\(names[parts[1]] ?? parts[1])"
    default: break
    }
    let renamed = parts.dropFirst().map { part in
      let fixed = [
        "initial_conv": "stem/conv", "initial_batchnorm": "stem/bn",
        "final_batchnorm": "final/bn", "shortcut_conv": "shortcut/conv",
        "shortcut_batchnorm": "shortcut/bn",
      ]
      if let name = fixed[part] { return name }
      return
        part
        .replacing("block_group_", with: "stage").replacing("batchnorm_", with: "bn")
        .replacing("block_", with: "block").replacing("conv_", with: "conv")
    }
    return renamed.isEmpty ? "embedding" : renamed.joined(separator: "/")
  }
}

extension Checkpoint {
  /// The same checkpoint after a pass in training mode.
  func with(statistics: [String: [Double]]) throws -> Checkpoint {
    var changed: [Entry] = []
    for entry in entries {
      guard let values = statistics[entry.path] else {
        changed.append(entry)
        continue
      }
      if entry.tensor.elementType == .int32 {
        let bytes = withUnsafeBytes(of: Int32(values[0]).littleEndian) { Array($0) }
        changed.append(.init(entry.path, try Tensor(.int32, shape: [], bytes: bytes)))
      } else {
        changed.append(.init(entry.path, try Tensor(doubles: values, shape: [values.count])))
      }
    }
    return Checkpoint(entries: changed, contract: contract)
  }
}
