import Tensors

extension Contract {
  /// Refuses values that no network has, naming the field.
  ///
  /// - Throws: `Failure` (`badInput`).
  func check() throws {
    try Self.require(
      Architecture.families.contains(encoder.family), "encoder.family",
      Architecture.families.joined(separator: ", "), encoder.family)
    if encoder.family == "resnet" { try checkResNet() }
    try sem?.check()
    try batchNorm.check()
    try input.check()
  }

  private func checkResNet() throws {
    let stages = encoder.blocks.count
    try Self.require((1...16).contains(stages), "encoder.blocks", "1 to 16 stages", encoder.blocks)
    for (name, numbers, range) in [
      ("blocks", encoder.blocks, 1...1000), ("channels", encoder.channels, 1...1_000_000),
      ("strides", encoder.strides, 1...64),
    ] {
      try Self.require(
        numbers.count == stages && numbers.allSatisfy(range.contains), "encoder.\(name)",
        "\(stages) numbers from \(range.lowerBound) to \(range.upperBound)", numbers)
    }
    try Self.require(
      (1...2).contains(encoder.version), "encoder.version", "1 or 2", encoder.version)
    try Self.require(
      (0...2).contains(encoder.strideAt), "encoder.stride_at", "0 to 2", encoder.strideAt)
    let stem = encoder.stem
    try Self.require((1...64).contains(stem.kernel), "encoder.stem.kernel", "1 to 64", stem.kernel)
    try Self.require((1...64).contains(stem.stride), "encoder.stem.stride", "1 to 64", stem.stride)
    try Self.require((0...64).contains(stem.pad ?? 0), "encoder.stem.pad", "0 to 64", stem.pad ?? 0)
  }

  /// Refuses a field whose value does not hold, with as much of it as a sentence can have.
  static func require(
    _ holds: Bool, _ field: String, _ expected: String, _ found: Any
  ) throws {
    guard !holds else { return }
    let text = "\(found)"
    throw Failure(
      place: "contract.\(field)", expected: expected,
      found: text.count > 100 ? text.prefix(100) + "..." : text)
  }
}

extension Contract.SEM {
  /// Refuses sizes that no simplicial embedding has.
  func check() throws {
    try Contract.require((1...100_000).contains(groups), "sem.groups", "1 to 100000", groups)
    try Contract.require((1...100_000).contains(size), "sem.size", "1 to 100000", size)
    try Contract.require(temperature > 0, "sem.temperature", "a number above 0", temperature)
  }
}

extension Contract.BatchNorm {
  /// Refuses constants with which nothing is normalised.
  func check() throws {
    try Contract.require(eps > 0 && eps < 1, "bn.eps", "a number between 0 and 1", eps)
    try Contract.require(keep >= 0 && keep < 1, "bn.keep", "0 or more, and less than 1", keep)
  }
}

extension Contract.Input {
  /// Refuses what no picture could be prepared by.
  func check() throws {
    for (name, word, words) in [
      ("channel_order", channelOrder, ["RGB", "BGR"]),
      ("normalised", normalised, ["network", "data"]),
      ("crop", crop, ["center-first", "resize-first"]),
      ("filter", filter, ["bicubic", "bilinear"]),
      ("jpeg_dct", jpegDCT, ["fast", "accurate"]),
    ] {
      try Contract.require(
        words.contains(word), "input.\(name)", words.joined(separator: " or "), word)
    }
    try Contract.require((1...4096).contains(size), "input.size", "1 to 4096", size)
    try Contract.require(range > 0, "input.range", "more than 0", range)
    try Contract.require(
      mean.count == std.count, "input.mean", "as many numbers as input.std", mean)
    try Contract.require(std.allSatisfy { $0 > 0 }, "input.std", "numbers above 0", std)
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
