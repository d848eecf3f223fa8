import Archives
import Checkpoints
import Tensors

extension GraphBuilder {
  /// The encoder: stem, stages, mean over the image.
  ///
  /// Version 1 is He et al. 2016a with the stride where the contract says; version 2 is He et al.
  /// 2016b: normalisation and ReLU before each convolution, and once more at the end.
  ///
  /// - Throws: `Failure`, see `NetworkGraph`.
  mutating func encode(_ input: Value) throws -> Value {
    var value = try stem(input)
    for (stage, blocks) in encoder.blocks.enumerated() {
      for block in 0..<blocks {
        let stride = block == 0 ? encoder.strides[stage] : 1
        let name = "stage\(stage)/block\(block)"
        value =
          encoder.version == 1
          ? try postActivated(value, name, stride: stride)
          : try preActivated(value, name, stride: stride)
      }
    }
    if encoder.version == 2 {
      value = try normalise(value, path("final/bn"), as: "final/bn")
      value = rectify(value, as: "final/relu")
    }
    return average(value, as: "embedding")
  }

  /// The first convolution, and what stands between it and the first block.
  private mutating func stem(_ input: Value) throws -> Value {
    let stem = encoder.stem
    var value = try convolve(
      input, path("stem/conv"), as: "stem/conv", stride: stem.stride,
      edges: stem.pad.map { .pixels($0) } ?? .rule(encoder.padding), kernel: stem.kernel)
    if encoder.version == 1 {
      value = try normalise(value, path("stem/bn"), as: "stem/bn")
      value = rectify(value, as: "stem/relu")
    }
    return stem.pool ? try pool(value, as: "stem/pool") : value
  }

  /// A block of version 1: convolution, normalisation and ReLU in turn, the shortcut added before the
  /// last ReLU.
  private mutating func postActivated(
    _ input: Value, _ name: String, stride: Int
  ) throws -> Value {
    var value = input
    for layer in 0..<layers {
      value = try convolve(value, name, layer, stride: stride)
      value = try normalise(value, path("\(name)/bn\(layer)"), as: "\(name)/bn\(layer)")
      if layer < layers - 1 { value = rectify(value, as: "\(name)/relu\(layer)") }
    }
    let side = try shortcut(of: input, name, stride: stride)
    value = try sum(value, side, as: "\(name)/sum")
    return rectify(value, as: name)
  }

  /// A block of version 2: normalisation, ReLU and convolution in turn, then the shortcut, which
  /// begins behind the first ReLU where it has a convolution.
  private mutating func preActivated(
    _ input: Value, _ name: String, stride: Int
  ) throws -> Value {
    var value = input
    var side = input
    for layer in 0..<layers {
      value = try normalise(value, path("\(name)/bn\(layer)"), as: "\(name)/bn\(layer)")
      value = rectify(value, as: "\(name)/relu\(layer)")
      if layer == 0, has(path("\(name)/shortcut/conv/weight")) {
        side = try shortcut(of: value, name, stride: stride)
      }
      value = try convolve(value, name, layer, stride: stride)
    }
    return try sum(value, side, as: name)
  }

  /// Convolution number `layer` of a block.
  private mutating func convolve(
    _ value: Value, _ name: String, _ layer: Int, stride: Int
  ) throws -> Value {
    try convolve(
      value, path("\(name)/conv\(layer)"), as: "\(name)/conv\(layer)",
      stride: layer == encoder.strideAt ? stride : 1, edges: .rule(encoder.padding))
  }

  /// The input itself, or its convolution and normalisation where the block has them.
  private mutating func shortcut(
    of input: Value, _ name: String, stride: Int
  ) throws -> Value {
    let side = "\(name)/shortcut"
    guard has(path("\(side)/conv/weight")) else { return input }
    let value = try convolve(
      input, path("\(side)/conv"), as: "\(side)/conv", stride: stride,
      edges: .rule(encoder.padding))
    guard has(path("\(side)/bn/scale")) else { return value }
    return try normalise(value, path("\(side)/bn"), as: "\(side)/bn")
  }

  /// Convolutions of a block.
  private var layers: Int { encoder.block == .basic ? 2 : 3 }

  /// Refuses a description that no ResNet has.
  ///
  /// - Throws: `Failure` (`usage`) for a network of another family; (`badInput`).
  func checkContract() throws {
    guard encoder.family == "resnet" else {
      throw Failure(
        .usage, "a graph is made of a ResNet, and this encoder is of the family \(encoder.family)")
    }
    guard (1...2).contains(encoder.version), !encoder.blocks.isEmpty,
      encoder.blocks.allSatisfy({ $0 >= 1 }), encoder.strides.count == encoder.blocks.count,
      (0..<layers).contains(encoder.strideAt)
    else {
      throw Failure(
        place: "contract",
        expected: "a resnet of version 1 or 2, with blocks and a stride for each stage and the "
          + "stride at a convolution 0 to \(layers - 1)",
        found: "version \(encoder.version), blocks \(encoder.blocks), "
          + "strides \(encoder.strides), stride at \(encoder.strideAt)")
    }
  }
}
