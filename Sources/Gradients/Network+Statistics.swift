import Tensors

extension Network {
  /// Batch norms of which the checkpoint has no running statistics, by native name, in the order of the
  /// layers.
  ///
  /// Training needs none and keeps none of them; evaluation cannot do without.
  public var normsWithoutStatistics: [String] {
    norms.map(\.path).filter { !statistics.has($0) }
  }

  /// Begins the running statistics that the checkpoint has not, so that training makes some.
  ///
  /// - Parameter isZeroDebiased: whether they are Haiku's (0 at first, corrected for it, with counters),
  ///   else PyTorch's (mean 0 and variance 1 at first, with a count of batches).
  public func beginMissingStatistics(isZeroDebiased: Bool) {
    for norm in norms where !statistics.has(norm.path) {
      statistics.begin(
        norm.path, count: norm.count, in: Scalar.elementType, isZeroDebiased: isZeroDebiased)
    }
  }

  /// All batch norms, in their order.
  private var norms: [BatchNorm<Arithmetic>] {
    encoder.batchNorms + [simplicial?.norm].compactMap { $0 } + (projector?.batchNorms ?? [])
      + (predictor?.batchNorms ?? [])
  }

  /// The first layer in a pass whose output has a number that is none, by native name, or nil.
  ///
  /// - Throws: `Failure` as `run` does.
  public func firstNonFinite(
    _ pictures: Batch, until output: NetworkOutput, isTraining: Bool
  ) throws -> String? {
    let (before, observer) = (statistics, observe)
    defer { (statistics, observe) = (before, observer) }
    var found: String?
    observe = { [backend] path, value in
      guard found == nil, try backend.numbers(of: value).contains(where: { !$0.isFinite })
      else { return }
      found = path
    }
    _ = try run(pictures, until: output, isTraining: isTraining, records: false)
    return found
  }
}
