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

  /// Its batch norms, in their order.
  var batchNorms: [BatchNorm<Arithmetic>] {
    [stemNorm].compactMap { $0 } + blocks.flatMap(\.batchNorms) + [finalNorm].compactMap { $0 }
  }

  /// [N, 3, H, W] -> [N, D].
  func run(
    _ pictures: Arithmetic.Value, in pass: LayerPass<Arithmetic>, onto tape: Tape<Arithmetic>
  ) throws -> Arithmetic.Value {
    let backend = pass.backend
    var value = try pass.convolve(pictures, stem, onto: tape, needsInput: false)
    if let stemNorm { value = try pass.normalise(value, stemNorm, rectifies: true, onto: tape) }
    if let pooling {
      value = try pass.pass(place + "/stem/pool", onto: tape) {
        let window = try Window(
          over: Array(backend.shape(of: value)[2...]), kernel: 3, stride: 2, edges: pooling,
          place: place + "/stem/pool")
        return try backend.maxPool(value, window)
      }
    }
    for block in blocks {
      value = try pass.pass(block.path, onto: tape) { try block.run(value, in: pass) }
    }
    if let finalNorm { value = try pass.normalise(value, finalNorm, rectifies: true, onto: tape) }
    return try pass.pass(onto: tape) { try backend.average(value) }
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
