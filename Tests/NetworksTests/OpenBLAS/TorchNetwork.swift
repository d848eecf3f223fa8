import Checkpoints
import Foundation
import Tensors

/// A PyTorch network in a safetensors file.
///
/// Eight bytes of length, a JSON of names, shapes and places, the numbers: read here by the shortest
/// way, to have weights that PyTorch made.
enum TorchNetwork {
  /// The checkpoint whose online and target networks, in torchvision's names, stand under prefixes
  /// such as `online_encoder.net.`.
  static func checkpoint(_ path: String, prefixes: [String: String]) throws -> Checkpoint {
    let file = try MappedFile(path)
    let all = try file.withBytes { Array($0) }
    let length = all.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONDecoder().decode(
      [String: Item].self, from: Data(all[8..<8 + length]).withoutMetadata())
    var entries: [Checkpoint.Entry] = []
    var sizes: [String: [Int]] = [:]
    for (name, item) in header {
      guard let path = native(name, prefixes), let type = item.elementType else { continue }
      let tensor = try Tensor(
        type, shape: item.shape, offset: 8 + length + item.data_offsets[0], source: file)
      entries.append(.init(path, tensor))
      sizes[path] = item.shape
    }
    var contract = Contract.tiny(padding: .symmetric)
    contract.encoder.blocks = [1, 2, 1, 1]
    contract.encoder.channels = [16, 32, 64, 128]
    contract.encoder.strides = [1, 2, 2, 2]
    contract.batchNorm.runningVariance = .unbiased
    let hasHeads = sizes["online/projector/linear0/weight"] != nil
    contract.mlp = .init(
      projector: hasHeads ? [128, 24, 12] : [], predictor: hasHeads ? [12, 24, 12] : [],
      projectorBiases: hasHeads ? [true, true] : [], predictorBiases: hasHeads ? [true, true] : [])
    return Checkpoint(entries: entries, contract: contract)
  }

  private struct Item: Decodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]

    var elementType: ElementType? { ["F32": .float32, "BF16": .bfloat16][dtype] }
  }

  /// The native name, or nil of what a forward pass does not use.
  private static func native(_ name: String, _ prefixes: [String: String]) -> String? {
    guard let (prefix, place) = prefixes.first(where: { name.hasPrefix($0.key) }) else {
      return nil
    }
    var parts = name.dropFirst(prefix.count).split(separator: ".").map(String.init)
    let leaf = parts.removeLast()
    let isNorm: Bool
    switch parts.count {
    case 1 where place.hasSuffix("/encoder"):
      guard ["conv1", "bn1"].contains(parts[0]) else { return nil }
      isNorm = parts[0] == "bn1"
      parts = ["stem", isNorm ? "bn" : "conv"]
    case 1:
      isNorm = parts[0] == "1"
      parts = [["0": "linear0", "1": "bn0", "3": "linear1"][parts[0]] ?? parts[0]]
    default:
      guard let stage = parts[0].last?.wholeNumberValue else { return nil }
      var rest = Array(parts.dropFirst(2))
      isNorm = rest[0].hasPrefix("bn") || rest == ["downsample", "1"]
      if rest[0] == "downsample" {
        rest = ["shortcut", isNorm ? "bn" : "conv"]
      } else if let layer = rest[0].last?.wholeNumberValue {
        rest = [(isNorm ? "bn" : "conv") + "\(layer - 1)"]
      }
      parts = ["stage\(stage - 1)", "block\(parts[1])"] + rest
    }
    let leaves = [
      "weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance",
    ]
    guard let last = isNorm ? leaves[leaf] : leaf else { return nil }
    return ([place] + parts + [last]).joined(separator: "/")
  }
}

extension Data {
  /// The header without the entry that is no tensor.
  fileprivate func withoutMetadata() throws -> Data {
    var object = try JSONSerialization.jsonObject(with: self) as? [String: Any] ?? [:]
    object["__metadata__"] = nil
    return try JSONSerialization.data(withJSONObject: object)
  }
}
