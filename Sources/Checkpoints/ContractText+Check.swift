import Tensors

extension ContractDefaults {
  /// Refuses beliefs that no network has, naming the field: those that files of the dialect would be
  /// read with.
  ///
  /// - Throws: `Failure` (`badInput`).
  func check() throws {
    for (block, number) in strideAt {
      try Contract.require(
        Contract.Block(rawValue: block) != nil, "stride_at", "kinds of blocks, basic or bottleneck",
        block)
      try Contract.require((0...2).contains(number), "stride_at.\(block)", "0 to 2", number)
    }
    for (kernel, stem) in stem {
      let pixels = Int(kernel)
      try Contract.require(
        (1...64).contains(pixels ?? 0) && pixels?.description == kernel, "stem",
        "sizes of kernels, 1 to 64", kernel)
      try Contract.require(
        (1...64).contains(stem.stride), "stem.\(kernel).stride", "1 to 64", stem.stride)
      try Contract.require(
        (0...64).contains(stem.pad ?? 0), "stem.\(kernel).pad", "0 to 64", stem.pad ?? 0)
    }
    if let sem { try Contract.SEM(groups: 1, size: sem.size, temperature: sem.temperature).check() }
    try bn.check()
    try input.check()
  }
}
