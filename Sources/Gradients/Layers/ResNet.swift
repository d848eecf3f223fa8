import Checkpoints
import Tensors

/// The encoder: stem, stages, mean over the picture.
struct ResNet<Arithmetic: Backend> {
  let stem: Convolution<Arithmetic>
  /// Behind the stem's convolution; version 2 has none.
  let stemNorm: BatchNorm<Arithmetic>?
  /// The padding of the max-pooling, where there is one.
  let pooling: Window.Edges?
  let blocks: [ResidualBlock<Arithmetic>]
  /// Before the mean; version 1 has none.
  let finalNorm: BatchNorm<Arithmetic>?
  private let place: String

  /// The branch's encoder.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract describes no ResNet, or a tensor is missing or
  ///   does not fit.
  init(of parts: Parts<Arithmetic.Scalar>) throws {
    let encoder = parts.contract.encoder
    try encoder.checkResNet()
    place = "\(parts.branch)/encoder"
    stem = try Convolution(
      place + "/stem/conv", of: parts, inputs: nil, kernel: encoder.stem.kernel,
      stride: encoder.stem.stride,
      edges: encoder.stem.pad.map { .pixels($0) } ?? .rule(encoder.padding))
    stemNorm =
      encoder.version == 1
      ? try BatchNorm(place + "/stem/bn", of: parts, count: stem.outputs) : nil
    pooling = encoder.stem.pool ? .rule(encoder.poolPadding) : nil
    var channels = stem.outputs
    var blocks: [ResidualBlock<Arithmetic>] = []
    for (stage, count) in encoder.blocks.enumerated() {
      for number in 0..<count {
        let block = try ResidualBlock<Arithmetic>(
          "\(place)/stage\(stage)/block\(number)", of: parts, inputs: channels,
          stride: number == 0 ? encoder.strides[stage] : 1)
        channels = block.outputs
        blocks.append(block)
      }
    }
    self.blocks = blocks
    finalNorm =
      encoder.version == 2
      ? try BatchNorm(place + "/final/bn", of: parts, count: channels) : nil
  }

  /// The length of an embedding.
  var outputs: Int { blocks.last?.outputs ?? stem.outputs }

  /// [N, 3, H, W] -> [N, D].
  func run(_ tape: Tape<Arithmetic>, in pass: LayerPass<Arithmetic>) throws {
    let backend = pass.backend
    try pass.convolve(tape, stem, needsInput: false)
    if let stemNorm { try pass.normalise(tape, stemNorm, rectifies: true) }
    if let pooling {
      try tape.pass { input in
        let window = try Window(
          over: Array(backend.shape(of: input)[2...]), kernel: 3, stride: 2, edges: pooling,
          place: place + "/stem/pool")
        return try backend.maxPool(input, window)
      }
      try pass.observe?(place + "/stem/pool", tape.value)
    }
    for block in blocks { try block.run(tape, in: pass) }
    if let finalNorm { try pass.normalise(tape, finalNorm, rectifies: true) }
    try tape.pass { try backend.average($0) }
  }
}

extension Contract.Encoder {
  /// Refuses a description that no ResNet has.
  ///
  /// - Throws: `Failure` (`badInput`).
  fileprivate func checkResNet() throws {
    guard family == "resnet" else {
      throw Failure(
        .badInput, place: "contract.encoder.family",
        "ResNets are trained here, and the encoder is of the family '\(family)'")
    }
    guard (1...2).contains(version) else {
      throw Failure(place: "contract.encoder.version", expected: "1 or 2", found: "\(version)")
    }
    guard !blocks.isEmpty, blocks.allSatisfy({ (1...1000).contains($0) }),
      strides.count == blocks.count, (0..<layers).contains(strideAt)
    else {
      throw Failure(
        place: "contract",
        expected:
          "blocks and a stride for each stage, the stride at a convolution 0 to \(layers - 1)",
        found: "blocks \(blocks), strides \(strides), stride at \(strideAt)")
    }
  }
}
