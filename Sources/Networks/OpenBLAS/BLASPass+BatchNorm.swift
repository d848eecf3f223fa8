import Checkpoints
import Tensors

extension BLASPass {
  /// Batch normalisation (Ioffe & Szegedy 2015) over all axes but the second:
  /// (x - mean) * scale / sqrt(variance + eps) + offset.
  ///
  /// In training mode mean and (biased) variance are the batch's, and the running statistics that
  /// follow are noted.
  ///
  /// - Throws: `Failure` (`badInput`) where a tensor of `path` does not fit the input.
  mutating func normalise(_ array: inout BLASArray<Number>, _ path: String) throws {
    let count = array.channels
    let (scale, offset) = try affine(path, count: count)
    let mean: [Double]
    let variance: [Double]
    if isTraining {
      (mean, variance) = array.moments
      try note(mean, variance, of: array.batch * array.plane, path)
    } else {
      mean = try vector(path + "/mean", count: count)
      variance = try vector(path + "/variance", count: count)
    }
    let eps = checkpoint.contract.batchNorm.eps
    if let wrong = variance.first(where: { !($0 + eps > 0) }) {
      throw Failure(
        place: path + "/variance", expected: "variances above minus eps (\(eps))",
        found: "\(wrong)")
    }
    array.transform(
      minus: mean.map { Number($0) },
      times: zip(scale, variance).map { Number($0 / ($1 + eps).squareRoot()) },
      plus: offset.map { Number($0) })
  }

  /// Scale and offset: 1 and 0 where a head's batch norm has neither, but running statistics (SimSiam's
  /// last one, `affine=False`); an encoder's has both.
  private func affine(_ path: String, count: Int) throws -> (scale: [Double], offset: [Double]) {
    let isPlain =
      checkpoint[path + "/scale"] == nil && checkpoint[path + "/offset"] == nil
      && checkpoint[path + "/mean"] != nil && !path.hasPrefix("\(branch)/encoder/")
    guard !isPlain else {
      return ([Double](repeating: 1, count: count), [Double](repeating: 0, count: count))
    }
    return (
      try vector(path + "/scale", count: count), try vector(path + "/offset", count: count)
    )
  }
}

extension BLASArray {
  /// The mean and the biased variance of each channel, summed in float64.
  var moments: (mean: [Double], variance: [Double]) {
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    let (plane, channels, samples) = (plane, channels, Double(batch * plane))
    for row in 0..<batch * channels {
      var sum = 0.0
      for index in row * plane..<(row + 1) * plane { sum += Double(values[index]) }
      mean[row % channels] += sum / samples
    }
    for row in 0..<batch * channels {
      let centre = mean[row % channels]
      var sum = 0.0
      for index in row * plane..<(row + 1) * plane {
        let distance = Double(values[index]) - centre
        sum += distance * distance
      }
      variance[row % channels] += sum / samples
    }
    return (mean, variance)
  }

  /// (x - minus) * times + plus, channel by channel.
  mutating func transform(minus: [Number], times: [Number], plus: [Number]) {
    let (plane, channels) = (plane, channels)
    for row in 0..<batch * channels {
      let (centre, factor, offset) = (
        minus[row % channels], times[row % channels], plus[row % channels]
      )
      for index in row * plane..<(row + 1) * plane {
        values[index] = (values[index] - centre) * factor + offset
      }
    }
  }
}
