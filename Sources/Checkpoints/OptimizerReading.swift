import Archives
import Tensors

/// The state of an optimiser of PyTorch's kind: buffers by a parameter's number.
///
/// Which parameter has which number is told by the order of the source's names and the dialect's
/// groups, and proved by the shapes of the buffers.
extension DialectReading {
  /// Finds the places of the optimiser's buffers.
  mutating func takeOptimizer(
    _ leaves: [LeafNames.Item], _ places: inout [Place?]
  ) throws {
    guard let text = form.text.optimizer, let at = text.at else { return }
    let found = OptimizerLeaves(leaves, at: at.replacing("|", with: "/"), places)
    guard !found.numbers.isEmpty else { return }
    takeHyperparameters(found)
    let declared = declaredGroups(text)
    // Where the sizes of the groups agree too, one group's parameters are not taken for another's.
    let sizes = declared.map(\.count)
    let empty = Array(repeating: 0, count: max(0, sizes.count - found.groupSizes.count))
    let isDeclared =
      text.groupPerTensor == true || found.groupSizes.count == 1
      || found.groupSizes + empty == sizes
    let orders = (isDeclared ? [declared.flatMap { $0 }] : []) + [parameters]
    guard let order = orders.first(where: { found.fits($0) }) else { return }
    for (position, number) in found.numbers.enumerated() where position < order.count {
      let parameter = order[position]
      guard let path = parameter.path else { continue }
      for buffer in found.buffers[number] ?? [] {
        guard case .tensor(let tensor) = leaves[buffer.leaf].leaf.value,
          let slot = OptimizerSlots.native(buffer.slot)
        else { continue }
        let native = "optimizer/\(slot)/\(path)"
        if drop.matches(native) {
          counts.dropped += 1
          places[buffer.leaf] = .dropped
          continue
        }
        let axes = tensor.shape == parameter.shape ? parameter.axes : nil
        entries.append(Checkpoint.Entry(native, try axes?.toNative(tensor) ?? tensor))
        counts.used += 1
        places[buffer.leaf] = .kept(SourceLeaf(tensor: tensor, path: native, axes: axes))
      }
    }
  }

  /// The parameters in the order in which the dialect's groups number them.
  private func declaredGroups(_ text: OptimizerText) -> [[Parameter]] {
    guard let groups = text.groups else { return [parameters] }
    return groups.map { group in
      group.under.flatMap { start in
        let start = form.spelling.apply(start)
        return parameters.filter {
          $0.name.hasPrefix(start) && group.has($0.path, isWeight: $0.isWeight)
        }
      }
    }
  }

  /// Takes the constants of the first group into the recipe.
  private mutating func takeHyperparameters(_ found: OptimizerLeaves) {
    var optimizer =
      recipe.optimizer
      ?? Recipe.Optimizer(family: "", lrInBuffer: false, hyperparameters: [:])
    let isAdam = optimizer.family.hasPrefix("adam")
    if found.slots.contains("exp_avg") {
      optimizer = Recipe.Optimizer(
        family: isAdam ? optimizer.family : "adam", lrInBuffer: false, hyperparameters: [:])
    } else if optimizer.family.isEmpty || (isAdam && !found.slots.isEmpty) {
      optimizer = Recipe.Optimizer(family: "sgd", lrInBuffer: false, hyperparameters: [:])
    }
    optimizer.hyperparameters.merge(found.constants) { $1 }
    optimizer.lastLR = found.constants["lr"]
    recipe.optimizer = optimizer
    origins["recipe.optimizer"] = .file
  }
}

extension OptimizerText.Group {
  /// Whether a parameter is of the group's kind.
  func has(_ path: String?, isWeight: Bool) -> Bool {
    switch kind ?? "all" {
    case "weights": isWeight
    case "others": !isWeight
    default: true
    }
  }
}

/// Names of an optimiser's buffers: PyTorch's and ours.
enum OptimizerSlots {
  private static let names = ["momentum_buffer": "momentum"]

  /// Our name of a buffer, or nil where it can be none of a native name.
  static func native(_ name: String) -> String? {
    guard name.utf8.count <= 64, name.utf8.allSatisfy(isWordByte) else { return nil }
    return names[name] ?? name
  }

  /// PyTorch's name of a buffer.
  static func torch(_ native: String) -> String {
    names.first { $0.value == native }?.key ?? native
  }
}

/// The leaves of an optimiser's dictionary.
struct OptimizerLeaves {
  /// A buffer of a parameter.
  struct Buffer {
    var slot: String
    var leaf: Int
    var shape: [Int]
  }

  /// The parameters' numbers, group by group.
  var numbers: [String] = []
  /// The number of parameters in each group.
  var groupSizes: [Int] = []
  /// Buffers by the parameter's number.
  var buffers: [String: [Buffer]] = [:]
  /// Constants of the first group by name.
  var constants: [String: Double] = [:]

  /// Names of the buffers that there are.
  var slots: Set<String> { Set(buffers.values.flatMap { $0.map(\.slot) }) }

  /// The leaves whose names begin with `at` and that have no place yet.
  init(_ leaves: [LeafNames.Item], at: String, _ places: [DialectReading.Place?]) {
    for (position, item) in leaves.enumerated()
    where places[position] == nil && item.name.hasPrefix(at) {
      let parts = item.name.dropFirst(at.count).split(separator: "/").map(String.init)
      switch (parts.first, parts.count) {
      case ("param_groups", 4) where parts[2] == "params":
        guard case .integer(let number) = item.leaf.value, let group = Int(parts[1]),
          (max(0, groupSizes.count - 1)...groupSizes.count + 100).contains(group)
        else { continue }
        numbers.append(String(number))
        // Groups without parameters have no leaves.
        while groupSizes.count <= group { groupSizes.append(0) }
        groupSizes[group] += 1
      case ("param_groups", 3) where parts[1] == "0":
        constants[parts[2]] = item.leaf.value.number
      case ("param_groups", 4) where parts[1] == "0" && parts[2] == "betas":
        constants["beta\((Int(parts[3]) ?? 0) + 1)"] = item.leaf.value.number
      case ("state", 3):
        guard case .tensor(let tensor) = item.leaf.value else { continue }
        buffers[parts[1], default: []].append(
          Buffer(slot: parts[2], leaf: position, shape: tensor.shape))
      default: break
      }
    }
  }

  /// Whether every buffer has the shape of its parameter in that order; parameters that the file does
  /// not hold come last.
  func fits(_ order: [DialectReading.Parameter]) -> Bool {
    var matched = 0
    for (position, number) in numbers.enumerated() where position < order.count {
      for buffer in buffers[number] ?? [] where !buffer.shape.isEmpty {
        guard buffer.shape == order[position].shape else { return false }
        matched += 1
      }
    }
    return matched > 0
  }
}

extension Node {
  /// The value of a numeric scalar.
  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    default: nil
    }
  }
}
