import Checkpoints
import Networks
import Tensors

/// Random checkpoints of small networks, and pictures for them.
struct OneDNNCheckpoints {
  var block = Contract.Block.bottleneck
  var version = 1
  var blocks = [2, 1]
  var channels = [8, 12]
  var strides = [1, 2]
  var stem = Contract.Stem(kernel: 7, stride: 2, pool: true)
  var stemChannels = 6
  var strideAt = 1
  var padding = Contract.Padding.same
  var poolPadding = Contract.Padding.same
  var batchNorm = Contract.BatchNorm(eps: 1e-5, keep: 0.9, runningVariance: .biased)
  var projector = [12, 10, 7]
  var predictor = [7, 9, 7]
  var endsInNorm = false
  var classes = 5
  var hasHaikuAverages = false

  /// Evenly distributed numbers that are the same in every run.
  struct Numbers {
    var state: UInt64
    init(_ seed: UInt64 = 1) { state = seed }
    /// The next number, from `low` to `high`.
    mutating func next(_ low: Double = -1, _ high: Double = 1) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return low + (high - low) * Double(state >> 11) / Double(1 << 53)
    }
    /// Numbers that float32 holds exactly.
    mutating func next(_ count: Int, _ low: Double = -1, _ high: Double = 1) -> [Double] {
      (0..<count).map { _ in Double(Float(next(low, high))) }
    }
  }

  /// Pictures [N, 3, H, W].
  static func pictures(_ count: Int, _ height: Int, _ width: Int, seed: UInt64 = 7) -> Activation {
    var numbers = Numbers(seed)
    return Activation(
      shape: [count, 3, height, width], values: numbers.next(count * 3 * height * width, -2, 2))
  }

  /// The checkpoint, of both branches.
  func checkpoint() throws -> Checkpoint {
    var entries: [Checkpoint.Entry] = []
    var numbers = Numbers()
    for branch in Branch.allCases {
      try encoder("\(branch.rawValue)/encoder", &entries, &numbers)
      try mlp("\(branch.rawValue)/projector", projector, &entries, &numbers)
      try mlp("\(branch.rawValue)/predictor", predictor, &entries, &numbers)
      try linear(
        "\(branch.rawValue)/heads/classifier", channels[channels.count - 1], classes, bias: true,
        &entries, &numbers)
    }
    let encoder = Contract.Encoder(
      block: block, version: version, blocks: blocks, channels: channels, strides: strides,
      stem: stem, strideAt: strideAt, padding: padding, poolPadding: poolPadding)
    let input = Contract.Input(
      range: 1, mean: [], std: [], channelOrder: "RGB", normalised: "data", size: 16,
      crop: "center-first", filter: "bicubic", antialias: false, jpegDCT: "fast")
    func biases(_ sizes: [Int]) -> [Bool] { sizes.dropFirst(2).map { _ in true } + [false] }
    let mlp = Contract.MLP(
      projector: projector, predictor: predictor, projectorBiases: biases(projector),
      predictorBiases: biases(predictor))
    return Checkpoint(
      entries: entries,
      contract: Contract(encoder: encoder, batchNorm: batchNorm, mlp: mlp, input: input))
  }

  private func encoder(
    _ path: String, _ entries: inout [Checkpoint.Entry], _ numbers: inout Numbers
  ) throws {
    func convolution(_ name: String, _ from: Int, _ to: Int, _ kernel: Int) throws {
      let scale = 2 / Double(from * kernel * kernel).squareRoot()
      entries.append(
        .init(
          "\(path)/\(name)/weight",
          try tensor(
            numbers.next(to * from * kernel * kernel, -scale, scale), [to, from, kernel, kernel])))
    }
    try convolution("stem/conv", 3, stemChannels, stem.kernel)
    if version == 1 { try norm("\(path)/stem/bn", stemChannels, &entries, &numbers) }
    var input = stemChannels
    for stage in blocks.indices {
      for index in 0..<blocks[stage] {
        let (name, output) = ("stage\(stage)/block\(index)", channels[stage])
        let inner = block == .basic ? output : max(1, output / 4)
        let sizes = block == .basic ? [input, output, output] : [input, inner, inner, output]
        for layer in 0..<sizes.count - 1 {
          let kernel = block == .basic || layer == 1 ? 3 : 1
          try convolution("\(name)/conv\(layer)", sizes[layer], sizes[layer + 1], kernel)
          try norm(
            "\(path)/\(name)/bn\(layer)", sizes[version == 1 ? layer + 1 : layer], &entries,
            &numbers)
        }
        if index == 0, input != output || strides[stage] != 1 {
          try convolution("\(name)/shortcut/conv", input, output, 1)
          if version == 1 { try norm("\(path)/\(name)/shortcut/bn", output, &entries, &numbers) }
        }
        input = output
      }
    }
    if version == 2 { try norm("\(path)/final/bn", input, &entries, &numbers) }
  }

  private func mlp(
    _ path: String, _ sizes: [Int], _ entries: inout [Checkpoint.Entry], _ numbers: inout Numbers
  ) throws {
    for layer in 0..<max(0, sizes.count - 1) {
      let isLast = layer == sizes.count - 2
      try linear(
        "\(path)/linear\(layer)", sizes[layer], sizes[layer + 1], bias: !isLast, &entries, &numbers)
      if !isLast || endsInNorm {
        try norm("\(path)/bn\(layer)", sizes[layer + 1], &entries, &numbers)
      }
    }
  }

  private func linear(
    _ path: String, _ from: Int, _ to: Int, bias: Bool, _ entries: inout [Checkpoint.Entry],
    _ numbers: inout Numbers
  ) throws {
    entries.append(.init("\(path)/weight", try tensor(numbers.next(to * from), [to, from])))
    if bias { entries.append(.init("\(path)/bias", try tensor(numbers.next(to), [to]))) }
  }

  private func norm(
    _ path: String, _ channels: Int, _ entries: inout [Checkpoint.Entry], _ numbers: inout Numbers
  ) throws {
    func vector(_ name: String, _ low: Double, _ high: Double) throws {
      entries.append(.init(name, try tensor(numbers.next(channels, low, high), [channels])))
    }
    try vector("\(path)/scale", 0.5, 1.5)
    try vector("\(path)/offset", -0.5, 0.5)
    try vector("\(path)/mean", -0.5, 0.5)
    try vector("\(path)/variance", 0.3, 2)
    guard hasHaikuAverages else { return }
    let side = "training/bn/\(path)"
    try vector("\(side)/mean_hidden", -0.2, 0.2)
    try vector("\(side)/variance_hidden", 0.1, 0.4)
    for statistic in ["mean", "variance"] {
      entries.append(
        .init("\(side)/\(statistic)_counter", try Tensor(.int32, shape: [], bytes: [3, 0, 0, 0])))
    }
  }

  private func tensor(_ values: [Double], _ shape: [Int]) throws -> Tensor {
    try Tensor(floats: values.map(Float.init), shape: shape)
  }
}
