import Checkpoints

/// A tensor of a design: its name, its shape, and how it begins.
struct DesignedTensor: Hashable {
  /// How a tensor's numbers begin.
  enum Beginning: Hashable {
    /// All the same.
    case constant(Float)
    /// Random, as the program begins a convolution's or linear layer's weight or bias.
    case weight, bias
    /// A count of updates: 0.
    case count
  }

  var path: String
  var shape: [Int]
  var beginning: Beginning
  /// Inputs of the layer's outputs: channels times pixels of the window.
  var inputs = 0
}

extension NetworkDesign {
  /// The tensors of a branch.
  ///
  /// - Parameter isWhole: whether predictor and classifier are among them.
  func tensors(of branch: Branch, isWhole: Bool) -> [DesignedTensor] {
    var list = DesignedTensors(branch: branch, design: self)
    list.addEncoder()
    let contract = contract.mlp
    list.addPerceptron("projector", contract.projector, biases: contract.projectorBiases)
    guard isWhole else { return list.tensors }
    list.addPerceptron("predictor", contract.predictor, biases: contract.predictorBiases)
    if classes > 0 {
      list.addLinear("heads/classifier", list.embedding, classes, hasBias: true)
    }
    return list.tensors
  }
}

/// The tensors of a branch, layer after layer.
private struct DesignedTensors {
  let branch: Branch
  let design: NetworkDesign
  var tensors: [DesignedTensor] = []

  var embedding: Int { design.contract.encoder.channels.last ?? 0 }

  mutating func addEncoder() {
    let encoder = design.contract.encoder
    var channels = design.scaled(64)
    addConvolution("encoder/stem/conv", 3, channels, encoder.stem.kernel)
    if encoder.version == 1 { addNorm("encoder/stem/bn", channels) }
    for (stage, count) in encoder.blocks.enumerated() {
      for number in 0..<count {
        let place = "encoder/stage\(stage)/block\(number)"
        addBlock(place, channels, encoder.channels[stage], stage, isFirst: number == 0)
        channels = encoder.channels[stage]
      }
    }
    if encoder.version == 2 { addNorm("encoder/final/bn", channels) }
  }

  /// A block: two 3x3 convolutions, or 1x1, 3x3 and 1x1 with a quarter of the channels between.
  private mutating func addBlock(
    _ place: String, _ inputs: Int, _ outputs: Int, _ stage: Int, isFirst: Bool
  ) {
    let inner = design.scaled(64 << stage)
    let widths =
      design.block == .basic ? [inputs, outputs, outputs] : [inputs, inner, inner, outputs]
    let kernels = design.block == .basic ? [3, 3] : [1, 3, 1]
    for (layer, kernel) in kernels.enumerated() {
      addConvolution("\(place)/conv\(layer)", widths[layer], widths[layer + 1], kernel)
      let isLast = layer == kernels.count - 1
      let zeroes =
        design.zeroesLastScale && isLast && design.version == 1
        && (design.block == .bottleneck || design.conventions == .torch)
      addNorm(
        "\(place)/bn\(layer)", design.version == 1 ? widths[layer + 1] : widths[layer],
        scale: zeroes ? 0 : 1)
    }
    // torchvision projects where shapes differ, DeepMind at the beginning of every stage.
    let projects =
      isFirst && (design.conventions == .deepMind || stage > 0 || inputs != outputs)
    guard projects else { return }
    addConvolution("\(place)/shortcut/conv", inputs, outputs, 1)
    if design.version == 1 { addNorm("\(place)/shortcut/bn", outputs) }
  }

  mutating func addPerceptron(_ head: String, _ sizes: [Int], biases: [Bool]) {
    for (layer, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      addLinear("\(head)/linear\(layer)", inputs, outputs, hasBias: biases[layer])
      if layer < sizes.count - 2 { addNorm("\(head)/bn\(layer)", outputs) }
    }
  }

  mutating func addLinear(_ place: String, _ inputs: Int, _ outputs: Int, hasBias: Bool) {
    add("\(place)/weight", [outputs, inputs], .weight, inputs: inputs)
    if hasBias { add("\(place)/bias", [outputs], .bias, inputs: inputs) }
  }

  private mutating func addConvolution(
    _ place: String, _ inputs: Int, _ outputs: Int, _ kernel: Int
  ) {
    add(
      "\(place)/weight", [outputs, inputs, kernel, kernel], .weight,
      inputs: inputs * kernel * kernel)
  }

  /// A batch norm with what the program keeps of it: Haiku begins its averages at 0 and corrects them for
  /// it, PyTorch begins with a variance of 1.
  private mutating func addNorm(_ place: String, _ count: Int, scale: Float = 1) {
    let isDeepMind = design.conventions == .deepMind
    add("\(place)/scale", [count], .constant(scale))
    add("\(place)/offset", [count], .constant(0))
    add("\(place)/mean", [count], .constant(0))
    add("\(place)/variance", [count], .constant(isDeepMind ? 0 : 1))
    let training = "training/bn/\(branch.rawValue)/\(place)"
    guard isDeepMind else {
      tensors.append(DesignedTensor(path: training + "/batches", shape: [], beginning: .count))
      return
    }
    for leaf in ["mean", "variance"] {
      tensors += [
        DesignedTensor(
          path: "\(training)/\(leaf)_hidden", shape: [count], beginning: .constant(0)),
        DesignedTensor(path: "\(training)/\(leaf)_counter", shape: [], beginning: .count),
      ]
    }
  }

  private mutating func add(
    _ path: String, _ shape: [Int], _ beginning: DesignedTensor.Beginning, inputs: Int = 0
  ) {
    tensors.append(
      DesignedTensor(
        path: "\(branch.rawValue)/\(path)", shape: shape, beginning: beginning, inputs: inputs))
  }
}
