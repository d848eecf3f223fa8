import Checkpoints

extension NetworkDesign {
  /// What a forward pass needs to know of the network.
  ///
  /// Pictures are RGB from 0 to 1, normalised with ImageNet's mean and deviation, 224 pixels wide, or 32
  /// with the CIFAR stem; the rest of the preprocessing is the program's.
  public var contract: Contract {
    let isDeepMind = conventions == .deepMind
    let padding = padding ?? (isDeepMind ? .same : .symmetric)
    let isLarge = stem == .imageNet
    let widths = [64, 128, 256, 512].map { scaled($0 * (block == .basic ? 1 : 4)) }
    // DeepMind's hidden layers have biases, which batch norm takes away again, and its last ones none.
    let biases = isDeepMind ? [true, false] : [false, true]
    return Contract(
      encoder: Contract.Encoder(
        block: block, version: version, blocks: blocks, channels: widths, strides: [1, 2, 2, 2],
        stem: Contract.Stem(kernel: isLarge ? 7 : 3, stride: isLarge ? 2 : 1, pool: isLarge),
        strideAt: block == .basic ? 0 : 1, padding: padding, poolPadding: padding),
      batchNorm: Contract.BatchNorm(
        eps: 1e-5, keep: 0.9, runningVariance: isDeepMind ? .biased : .unbiased),
      mlp: Contract.MLP(
        projector: [widths[3], hidden, output], predictor: [output, hidden, output],
        projectorBiases: biases, predictorBiases: biases),
      input: Contract.Input(
        range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channelOrder: "RGB",
        normalised: isDeepMind ? "network" : "data", size: isLarge ? 224 : 32,
        crop: isDeepMind ? "center-first" : "resize-first",
        filter: isDeepMind ? "bicubic" : "bilinear", antialias: !isDeepMind,
        jpegDCT: isDeepMind ? "fast" : "accurate"))
  }
}
