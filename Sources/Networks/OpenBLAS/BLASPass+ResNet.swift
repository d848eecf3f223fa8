import Checkpoints
import Tensors

extension BLASPass {
  /// The encoder: stem, stages, mean over the picture.
  ///
  /// Version 1 is He et al. 2016a with the stride where the contract says; version 2 is He et al.
  /// 2016b: normalisation and ReLU before each convolution, and once more at the end.
  ///
  /// - Throws: `Failure` (`badInput`).
  mutating func encode(_ input: BLASArray<Number>) throws -> BLASArray<Number> {
    try checkContract()
    var array = try stem(input)
    for (stage, blocks) in encoder.blocks.enumerated() {
      for block in 0..<blocks {
        let stride = block == 0 ? encoder.strides[stage] : 1
        let name = "stage\(stage)/block\(block)"
        array =
          encoder.version == 1
          ? try postActivated(array, name, stride: stride)
          : try preActivated(array, name, stride: stride)
        trace(name, array)
      }
      trace("stage\(stage)", array)
    }
    if encoder.version == 2 {
      try normalise(&array, path("final/bn"), as: "final/bn")
      array.rectify()
    }
    return array.averaged()
  }

  /// The first convolution, and what stands between it and the first block.
  private mutating func stem(_ input: BLASArray<Number>) throws -> BLASArray<Number> {
    let stem = encoder.stem
    let edges = stem.pad.map { BLASWindow.Edges.pixels($0) } ?? .rule(encoder.padding)
    var array = try convolve(
      input, path("stem/conv"), stride: stem.stride, edges: edges, kernel: stem.kernel)
    trace("stem/conv", array)
    if encoder.version == 1 {
      try normalise(&array, path("stem/bn"), as: "stem/bn")
      array.rectify()
    }
    if stem.pool {
      array = try array.maxPooled(
        edges: .rule(encoder.poolPadding), place: path("stem/pool"))
      trace("stem/pool", array)
    }
    return array
  }

  /// A block of version 1: convolution, normalisation and ReLU in turn, the shortcut added before the
  /// last ReLU.
  private mutating func postActivated(
    _ input: BLASArray<Number>, _ name: String, stride: Int
  ) throws -> BLASArray<Number> {
    var array = input
    for layer in 0..<layers {
      array = try convolve(array, name, layer, stride: stride)
      try normalise(&array, path("\(name)/bn\(layer)"), as: "\(name)/bn\(layer)")
      if layer < layers - 1 { array.rectify() }
    }
    try array.add(shortcut(of: input, name, stride: stride), place: path(name))
    array.rectify()
    return array
  }

  /// A block of version 2: normalisation, ReLU and convolution in turn, then the shortcut.
  ///
  /// A shortcut with a convolution begins behind the first ReLU.
  private mutating func preActivated(
    _ input: BLASArray<Number>, _ name: String, stride: Int
  ) throws -> BLASArray<Number> {
    var array = input
    var side = input
    for layer in 0..<layers {
      try normalise(&array, path("\(name)/bn\(layer)"), as: "\(name)/bn\(layer)")
      array.rectify()
      if layer == 0, checkpoint[path(name) + "/shortcut/conv/weight"] != nil {
        side = try shortcut(of: array, name, stride: stride)
      }
      array = try convolve(array, name, layer, stride: stride)
    }
    try array.add(side, place: path(name))
    return array
  }

  /// Convolution number `layer` of a block.
  private func convolve(
    _ array: BLASArray<Number>, _ name: String, _ layer: Int, stride: Int
  ) throws -> BLASArray<Number> {
    let result = try convolve(
      array, path("\(name)/conv\(layer)"), stride: layer == encoder.strideAt ? stride : 1,
      edges: .rule(encoder.padding))
    trace("\(name)/conv\(layer)", result)
    return result
  }

  /// The input itself, or its convolution and normalisation where the block has them.
  private mutating func shortcut(
    of input: BLASArray<Number>, _ name: String, stride: Int
  ) throws -> BLASArray<Number> {
    let side = "\(name)/shortcut"
    guard checkpoint[path("\(side)/conv/weight")] != nil else { return input }
    var array = try convolve(
      input, path("\(side)/conv"), stride: stride, edges: .rule(encoder.padding))
    trace("\(side)/conv", array)
    if checkpoint[path("\(side)/bn/scale")] != nil {
      try normalise(&array, path("\(side)/bn"), as: "\(side)/bn")
    }
    return array
  }

  /// Convolutions of a block.
  private var layers: Int { encoder.block == .basic ? 2 : 3 }

  /// Refuses a description that no ResNet has.
  private func checkContract() throws {
    guard encoder.family == "resnet" else {
      throw Failure(
        .badInput, place: "contract.encoder.family",
        "this engine runs ResNets, and the encoder is of the family '\(encoder.family)'")
    }
    guard (1...2).contains(encoder.version) else {
      throw Failure(
        place: "contract.encoder.version", expected: "1 or 2", found: "\(encoder.version)")
    }
    guard !encoder.blocks.isEmpty, encoder.blocks.allSatisfy({ $0 >= 1 }),
      encoder.strides.count == encoder.blocks.count, (0..<layers).contains(encoder.strideAt)
    else {
      throw Failure(
        place: "contract",
        expected:
          "blocks and a stride for each stage, the stride at a convolution 0 to \(layers - 1)",
        found:
          "blocks \(encoder.blocks), strides \(encoder.strides), stride at \(encoder.strideAt)")
    }
  }
}
