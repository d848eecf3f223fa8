import Checkpoints

/// What two contracts disagree on that changes the encoder's function, in words.
///
/// - Parameters:
///   - contract: what the weights were trained with.
///   - plain: what a program takes them for.
func differences(of contract: Contract, from plain: Contract) -> [String] {
  let (mine, theirs) = (contract.encoder, plain.encoder)
  var found: [String] = []
  func add(_ what: String, _ own: Any, _ other: Any) {
    found.append("\(what) is \(own), not \(other)")
  }
  func words(_ padding: Contract.Padding) -> String {
    padding == .same ? "SAME (the odd pixel comes after the image)" : "symmetric"
  }
  if mine.padding != theirs.padding {
    add("padding of convolutions", words(mine.padding), words(theirs.padding))
  }
  if mine.stem.pool, mine.poolPadding != theirs.poolPadding {
    add("padding of the max-pooling", words(mine.poolPadding), words(theirs.poolPadding))
  }
  if mine.stem.pool != theirs.stem.pool {
    add("the first convolution", mine.stem.pool ? "pooled" : "unpooled", "the other way round")
  }
  if mine.stem.stride != theirs.stem.stride {
    add("the stride of the first convolution", mine.stem.stride, theirs.stem.stride)
  }
  if mine.stem.pad != theirs.stem.pad, mine.stemPixels != theirs.stemPixels {
    func words(_ pixels: Int?) -> String { pixels.map { "\($0)" } ?? "SAME" }
    add("padding of the first convolution", words(mine.stemPixels), words(theirs.stemPixels))
  }
  if mine.strides != theirs.strides { add("the stride of stages", mine.strides, theirs.strides) }
  if mine.strideAt != theirs.strideAt {
    add("the convolution of a block with the stride", mine.strideAt + 1, theirs.strideAt + 1)
  }
  if contract.batchNorm.eps != plain.batchNorm.eps {
    add("eps of batch norms", contract.batchNorm.eps, plain.batchNorm.eps)
  }
  return found
}

/// What follows from using weights without those differences.
func consequence(of contract: Contract, insteadOf plain: Contract) -> String {
  contract.encoder.padding == .same && plain.encoder.padding == .symmetric
    ? "DeepMind's ResNet-50 fell from 74.6 to about 70 % top-1 on ImageNet with symmetric padding"
    : "the same weights then compute another function"
}

extension Contract.Encoder {
  /// Pixels of padding on every side of the first convolution, said or by the rule; nil where SAME makes
  /// the sides differ.
  fileprivate var stemPixels: Int? {
    if let pad = stem.pad { return pad }
    return padding == .symmetric || stem.stride == 1 ? (stem.kernel - 1) / 2 : nil
  }
}
