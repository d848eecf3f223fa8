import Tensors

extension Contract {
  /// Refuses values that no network has, naming the field.
  ///
  /// - Throws: `Failure` (`badInput`).
  func check() throws {
    try require(
      Architecture.families.contains(encoder.family), "encoder.family",
      Architecture.families.joined(separator: ", "), encoder.family)
    if encoder.family == "resnet" { try checkResNet() }
    if let sem {
      try require((1...100_000).contains(sem.groups), "sem.groups", "1 to 100000", sem.groups)
      try require((1...100_000).contains(sem.size), "sem.size", "1 to 100000", sem.size)
      try require(sem.temperature > 0, "sem.temperature", "a number above 0", sem.temperature)
    }
    try require(
      batchNorm.eps > 0 && batchNorm.eps < 1, "bn.eps", "a number between 0 and 1", batchNorm.eps)
    try require(
      batchNorm.keep >= 0 && batchNorm.keep < 1, "bn.keep", "0 or more, and less than 1",
      batchNorm.keep)
    try checkInput()
  }

  private func checkResNet() throws {
    let stages = encoder.blocks.count
    try require((1...16).contains(stages), "encoder.blocks", "1 to 16 stages", encoder.blocks)
    for (name, numbers, range) in [
      ("blocks", encoder.blocks, 1...1000), ("channels", encoder.channels, 1...1_000_000),
      ("strides", encoder.strides, 1...64),
    ] {
      try require(
        numbers.count == stages && numbers.allSatisfy(range.contains), "encoder.\(name)",
        "\(stages) numbers from \(range.lowerBound) to \(range.upperBound)", numbers)
    }
    try require((1...2).contains(encoder.version), "encoder.version", "1 or 2", encoder.version)
    try require((0...2).contains(encoder.strideAt), "encoder.stride_at", "0 to 2", encoder.strideAt)
    let stem = encoder.stem
    try require((1...64).contains(stem.kernel), "encoder.stem.kernel", "1 to 64", stem.kernel)
    try require((1...64).contains(stem.stride), "encoder.stem.stride", "1 to 64", stem.stride)
    try require((0...64).contains(stem.pad ?? 0), "encoder.stem.pad", "0 to 64", stem.pad ?? 0)
  }

  private func checkInput() throws {
    for (name, word, words) in [
      ("channel_order", input.channelOrder, ["RGB", "BGR"]),
      ("normalised", input.normalised, ["network", "data"]),
      ("crop", input.crop, ["center-first", "resize-first"]),
      ("filter", input.filter, ["bicubic", "bilinear"]),
      ("jpeg_dct", input.jpegDCT, ["fast", "accurate"]),
    ] {
      try require(words.contains(word), "input.\(name)", words.joined(separator: " or "), word)
    }
    try require((1...4096).contains(input.size), "input.size", "1 to 4096", input.size)
    try require(input.range > 0, "input.range", "more than 0", input.range)
    try require(
      input.mean.count == input.std.count, "input.mean", "as many numbers as input.std",
      input.mean)
    try require(input.std.allSatisfy { $0 > 0 }, "input.std", "numbers above 0", input.std)
  }

  private func require(
    _ holds: Bool, _ field: String, _ expected: String, _ found: Any
  ) throws {
    guard !holds else { return }
    throw Failure(place: "contract.\(field)", expected: expected, found: "\(found)")
  }
}

extension Recipe {
  /// Refuses values that no run has, naming the field.
  ///
  /// - Throws: `Failure` (`badInput`).
  func check() throws {
    // Far beyond any run, so that sums of them fit.
    let most = 1 << 40
    for (field, value) in [("step", step), ("epoch", epoch)] {
      guard (0...most).contains(value ?? 0) else {
        throw Failure(place: "recipe.\(field)", expected: "0 to 2^40", found: "\(value ?? 0)")
      }
    }
    for (field, value) in [
      ("schedule.warmup", schedule?.warmup), ("schedule.total", schedule?.total),
      ("tau.total", tau?.total),
    ] {
      guard (-most...most).contains(value ?? 0) else {
        throw Failure(
          place: "recipe.\(field)", expected: "a number of steps up to 2^40", found: "\(value ?? 0)"
        )
      }
    }
    if let base = tau?.base, !(0...1).contains(base) {
      throw Failure(place: "recipe.tau.base", expected: "a number from 0 to 1", found: "\(base)")
    }
  }
}
