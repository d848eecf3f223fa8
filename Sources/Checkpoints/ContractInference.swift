import Tensors

/// What names and shapes of native tensors show of the contract.
struct Architecture {
  /// The families of encoders that names can show; `none` where there are heads alone.
  static let families = ["resnet", "audio-ntt", "other", "none"]

  var family = "resnet"
  var block: Contract.Block
  var version: Int
  var blocks: [Int]
  var channels: [Int]
  var stemKernel: Int
  var projector: [Int]
  var predictor: [Int]
  var projectorBiases: [Bool]
  var predictorBiases: [Bool]

  /// Outputs of the simplicial embedding's linear layer, 0 where there is none.
  var semOutputs = 0

  /// Looks at the tensors of the online network, or of the target where there is no online one.
  ///
  /// - Throws: `Failure` (`badInput`) where they are no ResNet, naming the tensor that is missing.
  init(shapes: [String: [Int]]) throws {
    let branch = Self.branch(shapes.keys)
    let encoder = branch + "/encoder"
    (block, version, blocks, channels, stemKernel) = (.basic, 1, [], [], 1)
    (projector, projectorBiases) = try Self.mlp(branch + "/projector", shapes)
    (predictor, predictorBiases) = try Self.mlp(branch + "/predictor", shapes)
    semOutputs = shapes[branch + "/projector/sem/linear/weight"]?.first ?? 0
    if shapes.keys.contains(where: { $0.hasPrefix(encoder + "/features/") }) {
      family = "audio-ntt"
      return
    }
    if !(projector + predictor).isEmpty,
      !shapes.keys.contains(where: { $0.hasPrefix(encoder + "/") })
    {
      family = "none"
      return
    }
    if shapes[encoder + "/stem/conv/weight"] == nil,
      shapes.keys.contains(where: { $0.hasPrefix(encoder + "/other/") })
    {
      family = "other"
      return
    }
    func required(_ path: String) throws -> [Int] {
      guard let shape = shapes[path] else {
        throw Failure(.badInput, place: path, "the encoder is no ResNet without this tensor")
      }
      return shape
    }
    func weight(_ path: String, axes: Int) throws -> [Int] {
      let shape = try required(path)
      guard shape.count == axes else {
        throw Failure(place: path, expected: "\(axes) axes", found: "shape \(shape)")
      }
      return shape
    }
    let stem = try weight(encoder + "/stem/conv/weight", axes: 4)
    guard stem[2] == stem[3] else {
      throw Failure(
        place: encoder + "/stem/conv/weight", expected: "a square kernel", found: "\(stem)")
    }
    stemKernel = stem[2]
    _ = try required(encoder + "/stage0/block0/conv0/weight")
    let isBottleneck = shapes[encoder + "/stage0/block0/conv2/weight"] != nil
    block = isBottleneck ? .bottleneck : .basic
    let last = isBottleneck ? "conv2" : "conv1"
    while shapes["\(encoder)/stage\(blocks.count)/block0/conv0/weight"] != nil {
      let stage = "\(encoder)/stage\(blocks.count)"
      var count = 0
      while shapes["\(stage)/block\(count)/conv0/weight"] != nil { count += 1 }
      channels.append(try weight("\(stage)/block0/\(last)/weight", axes: 4)[0])
      blocks.append(count)
    }
    version = shapes[encoder + "/final/bn/scale"] != nil ? 2 : 1
  }

  /// The branch whose tensors are looked at: one with an encoder, or with anything.
  private static func branch(_ paths: some Sequence<String>) -> String {
    for part in ["/encoder/", "/"] {
      for branch in ["online", "target"]
      where paths.contains(where: { $0.hasPrefix(branch + part) }) { return branch }
    }
    return "online"
  }

  /// Refuses a network with a hole: a missing stage, block or layer.
  ///
  /// Running statistics and heads may be missing: people keep parameters alone.
  ///
  /// - Parameter isPartial: whether the user has dropped tensors, so that some may be missing; what is
  ///   left must still be numbered without a gap.
  /// - Throws: `Failure` (`badInput`) that names the missing tensor.
  func checkComplete(_ paths: [String], isPartial: Bool = false) throws {
    guard family == "resnet" else { return }
    let all = Set(paths)
    for branch in Branch.allCases {
      let encoder = branch.rawValue + "/encoder/"
      let mine = all.filter { $0.hasPrefix(encoder) }
      guard !mine.isEmpty else { continue }
      var expected = [encoder + "stem/conv/weight"]
      let norms = version == 1 ? [encoder + "stem/bn"] : [encoder + "final/bn"]
      expected += norms.flatMap { [$0 + "/scale", $0 + "/offset"] }
      for (stage, count) in blocks.enumerated() {
        for number in 0..<count {
          let place = "\(encoder)stage\(stage)/block\(number)"
          for layer in 0..<(block == .bottleneck ? 3 : 2) {
            expected += [
              "\(place)/conv\(layer)/weight", "\(place)/bn\(layer)/scale",
              "\(place)/bn\(layer)/offset",
            ]
          }
        }
      }
      if !isPartial, let missing = expected.first(where: { !all.contains($0) }) {
        throw Failure(
          .badInput, place: missing,
          "the \(branch.rawValue) encoder is not whole without this tensor")
      }
      // What is left over belongs to a stage or block that the walk did not reach.
      let reached = Set(expected.map { Self.block(of: $0) })
      if let stray = mine.sorted().first(where: { !reached.contains(Self.block(of: $0)) }) {
        throw Failure(
          .badInput, place: stray,
          "the stages are numbered from 0 without a gap, and so are their blocks")
      }
    }
  }

  /// `online/encoder/stage0/block1` of a tensor in it.
  private static func block(of path: String) -> String {
    let parts = path.split(separator: "/")
    let isStage = parts.count > 3 && parts[2].hasPrefix("stage")
    return parts.prefix(isStage ? 4 : 3).joined(separator: "/")
  }

  /// Sizes and biases of a chain of linear layers.
  private static func mlp(_ path: String, _ shapes: [String: [Int]]) throws -> ([Int], [Bool]) {
    var sizes: [Int] = []
    var biases: [Bool] = []
    while let shape = shapes["\(path)/linear\(biases.count)/weight"] {
      guard shape.count == 2 else {
        throw Failure(
          place: "\(path)/linear\(biases.count)/weight", expected: "2 axes", found: "\(shape)")
      }
      if let before = sizes.last, before != shape[1] {
        throw Failure(
          place: "\(path)/linear\(biases.count)/weight", expected: "\(before) inputs",
          found: "\(shape[1])")
      }
      if sizes.isEmpty { sizes.append(shape[1]) }
      sizes.append(shape[0])
      biases.append(shapes["\(path)/linear\(biases.count)/bias"] != nil)
    }
    return (sizes, biases)
  }

  /// The usual depth of a ResNet with these blocks: 50 for bottlenecks (3, 4, 6, 3); for others the
  /// shallowest of the kind.
  static func depth(block: Contract.Block, blocks: [Int]) -> Int {
    switch (block, blocks) {
    case (.basic, [3, 4, 6, 3]): 34
    case (.basic, _): 18
    case (_, [3, 4, 23, 3]): 101
    case (_, [3, 8, 36, 3]): 152
    case (_, [3, 24, 36, 3]): 200
    default: 50
    }
  }
}

extension Contract {
  /// The contract of tensors of a dialect, and where each field comes from.
  init(_ architecture: Architecture, dialect: Dialect, origins: inout Origins) throws {
    let defaults = dialect.contract
    var sem: SEM?
    if architecture.semOutputs > 0 {
      let said = defaults.sem ?? SEM.Text(size: 8, temperature: 0.1)
      guard said.size > 0, architecture.semOutputs % said.size == 0 else {
        throw Failure(
          place: "projector/sem/linear/weight", expected: "a multiple of \(said.size) outputs",
          found: "\(architecture.semOutputs)")
      }
      sem = SEM(
        groups: architecture.semOutputs / said.size, size: said.size,
        temperature: said.temperature)
      for field in ["groups", "size", "temperature"] { origins["contract.sem." + field] = .assumed }
    }
    self.init(
      encoder: try Encoder(architecture, defaults), batchNorm: defaults.bn,
      mlp: MLP(
        projector: architecture.projector, predictor: architecture.predictor,
        projectorBiases: architecture.projectorBiases,
        predictorBiases: architecture.predictorBiases),
      sem: sem, input: defaults.input)
    for field in Self.inferred { origins["contract." + field] = .inferred }
    for field in Self.believed { origins["contract." + field] = .dialect }
    for field in (dialect.file.cannotTell ?? [:]).keys where cannotTell(field) {
      origins[field] = .assumed
    }
  }

  /// Whether a field that a dialect's files cannot tell is in doubt in this network.
  private func cannotTell(_ field: String) -> Bool {
    switch field {
    case "contract.encoder.stride_at": encoder.block == .basic
    case "contract.encoder.stem.pad": encoder.stem.kernel == 3
    case let field where field.hasPrefix("contract.sem"): sem != nil
    default: true
    }
  }

  private static let inferred = [
    "encoder.family", "encoder.block", "encoder.version", "encoder.blocks", "encoder.channels",
    "encoder.stem.kernel", "mlp.projector", "mlp.predictor", "mlp.projector_biases",
    "mlp.predictor_biases",
  ]

  private static let believed = [
    "encoder.strides", "encoder.stem.stride", "encoder.stem.pad", "encoder.stem.pool",
    "encoder.stride_at", "encoder.padding", "encoder.pool_padding", "bn.eps", "bn.keep",
    "bn.running_variance", "input.range", "input.mean", "input.std", "input.channel_order",
    "input.normalised", "input.size", "input.crop", "input.filter", "input.antialias",
    "input.jpeg_dct",
  ]
}

extension Contract.Encoder {
  /// What tensors show of an encoder, and what the dialect believes of the rest.
  fileprivate init(_ architecture: Architecture, _ defaults: ContractDefaults) throws {
    var stem = Contract.Stem.Text(stride: 1, pad: nil, pool: false)
    if architecture.family == "resnet" {
      guard let known = defaults.stem[String(architecture.stemKernel)] else {
        throw Failure(
          place: "stem/conv/weight",
          expected: "a kernel of \(defaults.stem.keys.sorted().joined(separator: " or ")) pixels",
          found: "\(architecture.stemKernel)")
      }
      stem = known
    }
    self.init(
      family: architecture.family, block: architecture.block, version: architecture.version,
      blocks: architecture.blocks, channels: architecture.channels,
      strides: architecture.blocks.indices.map { $0 == 0 ? 1 : 2 },
      stem: Contract.Stem(
        kernel: architecture.stemKernel, stride: stem.stride, pad: stem.pad, pool: stem.pool),
      strideAt: defaults.strideAt[architecture.block.rawValue] ?? 0, padding: defaults.padding,
      poolPadding: defaults.poolPadding)
  }
}
