import Checkpoints
import Tensors

/// A residual block with two (basic) or three (bottleneck) convolutions.
///
/// Version 1 is He et al. 2016a, version 2 He et al. 2016b.
struct ResidualBlock<Arithmetic: Backend> {
  /// Its native name: `online/encoder/stage0/block0`.
  let path: String
  let version: Int
  let convolutions: [Convolution<Arithmetic>]
  let norms: [BatchNorm<Arithmetic>]
  let shortcut: Convolution<Arithmetic>?
  let shortcutNorm: BatchNorm<Arithmetic>?

  /// The block of that name.
  ///
  /// - Throws: `Failure` (`badInput`) where a tensor is missing or does not fit.
  init(_ path: String, of parts: Parts<Arithmetic.Scalar>, inputs: Int, stride: Int) throws {
    let encoder = parts.contract.encoder
    let edges = Window.Edges.rule(encoder.padding)
    var channels = inputs
    var convolutions: [Convolution<Arithmetic>] = []
    var norms: [BatchNorm<Arithmetic>] = []
    for layer in 0..<encoder.layers {
      let convolution = try Convolution<Arithmetic>(
        "\(path)/conv\(layer)", of: parts, inputs: channels,
        stride: layer == encoder.strideAt ? stride : 1, edges: edges)
      norms.append(
        try BatchNorm(
          "\(path)/bn\(layer)", of: parts,
          count: encoder.version == 1 ? convolution.outputs : channels))
      channels = convolution.outputs
      convolutions.append(convolution)
    }
    let side = path + "/shortcut"
    let hasShortcut = parts[side + "/conv/weight"] != nil
    shortcut =
      hasShortcut
      ? try Convolution(side + "/conv", of: parts, inputs: inputs, stride: stride, edges: edges)
      : nil
    guard (shortcut?.outputs ?? inputs) == channels else {
      throw Failure(
        place: path, expected: "a shortcut of \(channels) channels",
        found: "\(shortcut?.outputs ?? inputs)")
    }
    let hasNorm = hasShortcut && parts[side + "/bn/scale"] != nil
    shortcutNorm = hasNorm ? try BatchNorm(side + "/bn", of: parts, count: channels) : nil
    self.path = path
    version = encoder.version
    self.convolutions = convolutions
    self.norms = norms
  }

  /// The channels that go out.
  var outputs: Int { convolutions.last?.outputs ?? 0 }

  /// Its batch norms, in their order.
  var batchNorms: [BatchNorm<Arithmetic>] { norms + [shortcutNorm].compactMap { $0 } }

  /// [N, in, H, W] -> [N, out, H', W'], and the way back.
  func run(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>
  ) throws -> (Arithmetic.Value, Arithmetic.Pullback) {
    version == 1 ? try postActivated(input, in: pass) : try preActivated(input, in: pass)
  }

  /// Convolution, normalisation and ReLU in turn, the shortcut added before the last ReLU.
  private func postActivated(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>
  ) throws -> (Arithmetic.Value, Arithmetic.Pullback) {
    let (main, side) = (Tape<Arithmetic>(), Tape<Arithmetic>())
    var value = input
    for (layer, (convolution, norm)) in zip(convolutions, norms).enumerated() {
      value = try pass.convolve(value, convolution, onto: main)
      value = try pass.normalise(
        value, norm, rectifies: layer < norms.count - 1, onto: main)
    }
    let backend = pass.backend
    let (output, pullSum) = try backend.add(
      value, project(input, in: pass, onto: side), rectifies: true)
    return (
      output,
      { gradient in
        let gradient = try pullSum(gradient)
        let beside = try side.pull(backend.copy(gradient))
        return try backend.sum(main.pull(gradient), beside)
      }
    )
  }

  /// Normalisation, ReLU and convolution in turn, then the shortcut.
  ///
  /// A shortcut with a convolution begins behind the first ReLU.
  private func preActivated(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>
  ) throws -> (Arithmetic.Value, Arithmetic.Pullback) {
    let backend = pass.backend
    let isIdentity = shortcut == nil
    // Without a way back, batch norm may work in place, and the input is needed once more.
    let kept = isIdentity && !backend.isRecording ? try backend.copy(input) : input
    let (head, main, side) = (Tape<Arithmetic>(), Tape<Arithmetic>(), Tape<Arithmetic>())
    let activated = try pass.normalise(input, norms[0], rectifies: true, onto: head)
    var value = activated
    for (layer, convolution) in convolutions.enumerated() {
      if layer > 0 {
        value = try pass.normalise(value, norms[layer], rectifies: true, onto: main)
      }
      value = try pass.convolve(value, convolution, onto: main)
    }
    let (output, pullSum) = try backend.add(
      value, project(isIdentity ? kept : activated, in: pass, onto: side), rectifies: false)
    return (
      output,
      { gradient in
        let gradient = try pullSum(gradient)
        let beside = try side.pull(backend.copy(gradient))
        let before = try main.pull(gradient)
        guard isIdentity else { return try head.pull(backend.sum(before, beside)) }
        return try backend.sum(head.pull(before), beside)
      }
    )
  }

  /// The shortcut's convolution and normalisation, where the block has them.
  private func project(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>, onto side: Tape<Arithmetic>
  ) throws -> Arithmetic.Value {
    var value = input
    if let shortcut { value = try pass.convolve(value, shortcut, onto: side) }
    if let shortcutNorm {
      value = try pass.normalise(value, shortcutNorm, rectifies: false, onto: side)
    }
    return value
  }
}

extension Contract.Encoder {
  /// Convolutions of a block.
  var layers: Int { block == .basic ? 2 : 3 }
}
