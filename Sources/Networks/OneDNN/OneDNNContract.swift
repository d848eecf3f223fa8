#if ONEDNN
  import Checkpoints
  import Tensors

  extension Contract {
    /// Refuses a description that no ResNet has.
    ///
    /// - Throws: `Failure` (`badInput`) that names the field.
    func checkForOneDNN() throws {
      func require(_ holds: Bool, _ field: String, _ expected: String, _ found: Any) throws {
        guard holds else {
          throw Failure(place: "contract.\(field)", expected: expected, found: "\(found)")
        }
      }
      let stages = encoder.blocks.count
      guard encoder.family == "resnet" else {
        throw Failure(
          .badInput, place: "contract.encoder.family",
          "oneDNN runs ResNets here, and no encoder of the family '\(encoder.family)'")
      }
      try require((1...2).contains(encoder.version), "encoder.version", "1 or 2", encoder.version)
      try require(
        stages > 0 && encoder.blocks.allSatisfy { $0 > 0 }, "encoder.blocks",
        "the number of blocks of each stage", encoder.blocks)
      try require(
        encoder.strides.count == stages, "encoder.strides", "\(stages) strides", encoder.strides)
      try require(
        encoder.channels.count == stages, "encoder.channels", "\(stages) numbers",
        encoder.channels)
      let convolutions = encoder.convolutions
      try require(
        (0..<convolutions).contains(encoder.strideAt), "encoder.stride_at",
        "a convolution from 0 to \(convolutions - 1)", encoder.strideAt)
      try require(
        batchNorm.eps.isFinite && batchNorm.eps >= 0, "bn.eps", "a number from 0", batchNorm.eps)
      try require(
        (0...1).contains(batchNorm.keep), "bn.keep", "a number from 0 to 1", batchNorm.keep)
    }
  }

  extension Contract.Encoder {
    /// Convolutions of a block's main path.
    var convolutions: Int {
      switch block {
      case .basic: 2
      case .bottleneck: 3
      }
    }
  }
#endif
