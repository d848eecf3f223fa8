import Checkpoints
import Tensors

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// `count` numbers of a range.
  mutating func numbers(_ count: Int, in range: ClosedRange<Double> = -1...1) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }
}

/// A small network with random weights, as the contract describes it.
struct RandomCheckpoint {
  var contract: Contract
  private var random: Random
  private var entries: [Checkpoint.Entry] = []

  init(_ contract: Contract, seed: UInt64 = 1, classes: Int = 5) throws {
    self.contract = contract
    random = Random(seed)
    for branch in Branch.allCases {
      try addEncoder("\(branch.rawValue)/encoder")
      try addMLP("\(branch.rawValue)/projector", contract.mlp.projector)
    }
    try addMLP("online/predictor", contract.mlp.predictor)
    try addLinear(
      "online/heads/classifier", from: contract.encoder.channels.last ?? 0, to: classes)
  }

  var checkpoint: Checkpoint { Checkpoint(entries: entries, contract: contract) }

  private mutating func add(
    _ path: String, _ shape: [Int], in range: ClosedRange<Double> = -1...1
  ) throws {
    let numbers = random.numbers(shape.reduce(1, *), in: range)
    entries.append(.init(path, try Tensor(floats: numbers.map { Float($0) }, shape: shape)))
  }

  private mutating func addConvolution(_ path: String, from: Int, to: Int, kernel: Int) throws {
    let bound = 1 / Double(from * kernel * kernel).squareRoot()
    try add("\(path)/weight", [to, from, kernel, kernel], in: -2 * bound...2 * bound)
  }

  private mutating func addNorm(_ path: String, _ channels: Int) throws {
    try add("\(path)/scale", [channels], in: 0.5...1.5)
    try add("\(path)/offset", [channels])
    try add("\(path)/mean", [channels])
    try add("\(path)/variance", [channels], in: 0.5...2)
  }

  private mutating func addLinear(_ path: String, from: Int, to: Int) throws {
    try add("\(path)/weight", [to, from])
    try add("\(path)/bias", [to])
  }

  private mutating func addMLP(_ path: String, _ sizes: [Int]) throws {
    for (layer, (from, to)) in zip(sizes, sizes.dropFirst()).enumerated() {
      try addLinear("\(path)/linear\(layer)", from: from, to: to)
      if layer < sizes.count - 2 { try addNorm("\(path)/bn\(layer)", to) }
    }
  }

  private mutating func addEncoder(_ path: String) throws {
    let encoder = contract.encoder
    var width = 4
    try addConvolution("\(path)/stem/conv", from: 3, to: width, kernel: encoder.stem.kernel)
    if encoder.version == 1 { try addNorm("\(path)/stem/bn", width) }
    for (stage, channels) in encoder.channels.enumerated() {
      for block in 0..<encoder.blocks[stage] {
        let name = "\(path)/stage\(stage)/block\(block)"
        let sizes: [(to: Int, kernel: Int)] =
          encoder.block == .basic
          ? [(channels, 3), (channels, 3)]
          : [(channels / 4, 1), (channels / 4, 3), (channels, 1)]
        var from = width
        for (layer, size) in sizes.enumerated() {
          try addConvolution(
            "\(name)/conv\(layer)", from: from, to: size.to, kernel: size.kernel)
          try addNorm("\(name)/bn\(layer)", encoder.version == 1 ? size.to : from)
          from = size.to
        }
        if block == 0 {
          try addConvolution("\(name)/shortcut/conv", from: width, to: channels, kernel: 1)
          if encoder.version == 1 { try addNorm("\(name)/shortcut/bn", channels) }
        }
        width = channels
      }
    }
    if encoder.version == 2 { try addNorm("\(path)/final/bn", width) }
  }
}

extension Contract {
  /// A contract like DeepMind's at a size that tests can afford.
  static func tiny(
    block: Block = .bottleneck, version: Int = 1, padding: Padding = .same,
    stem: Stem = Stem(kernel: 7, stride: 2, pool: true)
  ) -> Contract {
    Contract(
      encoder: Encoder(
        block: block, version: version, blocks: [2, 1], channels: [8, 16], strides: [1, 2],
        stem: stem, strideAt: block == .basic ? 0 : 1, padding: padding, poolPadding: padding),
      batchNorm: BatchNorm(eps: 1e-5, keep: 0.9, runningVariance: .biased),
      mlp: MLP(
        projector: [16, 12, 6], predictor: [6, 12, 6], projectorBiases: [true, true],
        predictorBiases: [true, true]),
      input: Input(
        range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channelOrder: "RGB",
        normalised: "network", size: 224, crop: "center-first", filter: "bicubic",
        antialias: false, jpegDCT: "fast"))
  }
}

extension Checkpoint {
  /// The same checkpoint without a tensor.
  func without(_ path: String) -> Checkpoint {
    Checkpoint(entries: entries.filter { $0.path != path }, contract: contract)
  }

  /// The same checkpoint with other values, float64, under a name.
  func with(_ path: String, _ values: [Double], shape: [Int]? = nil) throws -> Checkpoint {
    let tensor = try Tensor(doubles: values, shape: shape ?? [values.count])
    return Checkpoint(
      entries: without(path).entries + [.init(path, tensor)], contract: contract)
  }
}
