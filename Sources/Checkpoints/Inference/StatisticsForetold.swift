import Tensors

/// Running statistics that weights foretell, compared with those that a file has.
struct StatisticsForetold {
  /// Which vector of a batch norm is which: positions in its lists of parameters and of statistics.
  struct Labelling: Hashable {
    var scale: Int
    var offset: Int
    var mean: Int
    var variance: Int
  }

  /// How well a labelling foretells: correlations of means and of the logarithms of variances.
  struct Score {
    var mean: Foretelling
    var variance: Foretelling
    /// Between -2 and 2.
    var sum: Double { mean.correlation + variance.correlation }
    var count: Int { mean.count }
  }

  /// Convolutions looked at in one network.
  static let linkCount = 24
  /// Kernels with more elements are left out: their sums would need too much memory.
  static let largestKernel = 1 << 22

  let items: [UnknownTensor]
  let kernelAxes: String

  /// Tries labellings on a network.
  ///
  /// - Parameter statistics: vectors by the place of their batch norm.
  func scores(
    _ network: FoundNetwork, statistics: [String: [Int]], _ labellings: [Labelling]
  ) throws -> [Score] {
    var scores = labellings.map { _ in Score(mean: Foretelling(), variance: Foretelling()) }
    let links = links(network)
    let step = max(1, links.count / Self.linkCount)
    for index in stride(from: 0, to: links.count, by: step) {
      let link = links[index]
      guard let ours = statistics[link.after.place] else { continue }
      let kernel = try AxisRule(kernelAxes).toNative(items[link.kernel].tensor)
      guard kernel.count <= Self.largestKernel else { continue }
      let values = try kernel.floats()
      let before = try link.before.vectors.map { try items[$0].tensor.doubles() }
      let after = try ours.map { try items[$0].tensor.doubles() }
      for (number, labelling) in labellings.enumerated() {
        guard before.indices.contains(labelling.scale), before.indices.contains(labelling.offset),
          after.indices.contains(labelling.mean), after.indices.contains(labelling.variance)
        else { continue }
        let inputs = zip(before[labelling.offset], before[labelling.scale]).map {
          NormLabels.rectified($0, $1)
        }
        let foretold = Self.convolved(values, kernel.shape, inputs)
        scores[number].mean.add(foretold.means, after[labelling.mean])
        scores[number].variance.add(
          foretold.variances.map { logarithm($0) },
          after[labelling.variance].map { logarithm(abs($0)) })
      }
    }
    return scores
  }

  /// A batch norm, the convolution behind it and the next batch norm.
  private struct Link {
    var before: FoundNorm
    var kernel: Int
    var after: FoundNorm
  }

  /// The places inside blocks where one batch norm follows another through one convolution.
  private func links(_ network: FoundNetwork) -> [Link] {
    let norms = Dictionary(network.norms.map { ($0.place, $0) }) { first, _ in first }
    let layers = Dictionary(network.layers.map { ($0.place, $0.position) }) { first, _ in first }
    return network.norms.compactMap { norm -> Link? in
      guard let last = norm.place.last?.wholeNumberValue, norm.place.contains("/bn") else {
        return nil
      }
      let block = String(norm.place.dropLast(3))
      guard let after = norms["\(block)bn\(last + 1)"],
        let kernel = layers["\(block)conv\(network.version == 1 ? last + 1 : last)"]
      else { return nil }
      return Link(before: norm, kernel: kernel, after: after)
    }
  }

  /// Mean and variance of each output of a convolution whose inputs are independent.
  private static func convolved(
    _ kernel: [Float], _ shape: [Int], _ inputs: [(mean: Double, variance: Double)]
  ) -> (means: [Double], variances: [Double]) {
    let (outputs, area) = (shape[0], shape[2] * shape[3])
    guard inputs.count == shape[1] else { return ([], []) }
    var means = [Double](repeating: 0, count: outputs)
    var variances = means
    var index = 0
    for output in 0..<outputs {
      for input in inputs {
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<area {
          let value = Double(kernel[index])
          sum += value
          squares += value * value
          index += 1
        }
        means[output] += sum * input.mean
        variances[output] += squares * input.variance
      }
    }
    return (means, variances)
  }
}
