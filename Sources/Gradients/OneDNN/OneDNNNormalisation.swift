#if ONEDNN
  import COneDNN

  /// A batch norm as numbers per channel: `(x - mean) * factor + offset`, and perhaps a ReLU.
  final class OneDNNNormalisation {
    /// What is normalised.
    let source: OneDNNValue
    /// Its moments.
    let moments: Moments
    /// Whether the moments are the source's own, through which gradients go.
    let isTraining: Bool
    /// Whether a ReLU follows.
    let rectifies: Bool
    /// 1 / sqrt(variance + eps).
    let inverse: [Double]
    /// The scale.
    let scale: [Double]
    private let mean: OneDNNChannels
    private let factor: OneDNNChannels
    private let offset: OneDNNChannels

    init(
      _ source: OneDNNValue, _ norm: Norm<Float>, _ moments: Moments, isTraining: Bool,
      rectifies: Bool
    ) {
      self.source = source
      self.moments = moments
      self.isTraining = isTraining
      self.rectifies = rectifies
      let inverse = moments.variance.map { 1 / ($0 + norm.eps).squareRoot() }
      let scale = inverse.indices.map { channel in
        norm.scale.map { unsafe Double($0.values[channel]) } ?? 1
      }
      self.inverse = inverse
      self.scale = scale
      let offsets = inverse.indices.map { channel in
        let given = norm.offset.map { unsafe Double($0.values[channel]) } ?? 0
        // The mean is subtracted rounded to float32; what rounding took comes back here.
        let lost = Double(Float(moments.mean[channel])) - moments.mean[channel]
        return given + lost * scale[channel] * inverse[channel]
      }
      mean = OneDNNChannels(moments.mean)
      factor = OneDNNChannels(zip(scale, inverse).map(*))
      offset = OneDNNChannels(offsets)
    }

    /// The batch norm of a group of sixteen channels.
    func block(_ block: Int) -> lanes_norm {
      unsafe lanes_norm(
        mean: mean.block(block), factor: factor.block(block), offset: offset.block(block),
        rectifies: rectifies)
    }
  }

  /// The gradient in front of a batch norm as numbers per channel:
  /// `gradient * factor + (x - mean) * slope + offset`, where `gradient` is 0 behind a ReLU at rest.
  struct OneDNNNormGradient {
    private let factor: OneDNNChannels
    private let slope: OneDNNChannels
    private let offset: OneDNNChannels

    /// From the sums of the gradient, and of its products with x - mean (rounded to float32).
    ///
    /// dx = scale / s * (dy - mean(dy) - (x - mean) / s^2 * mean(dy (x - mean))), s the deviation
    /// (Ioffe and Szegedy 2015, section 3); with given moments, dx = scale / s * dy.
    init(_ norm: OneDNNNormalisation, _ sums: OneDNNSums) {
      let count = Double(max(1, norm.moments.count))
      var factors: [Double] = []
      var slopes: [Double] = []
      var offsets: [Double] = []
      for channel in 0..<norm.inverse.count {
        let inverse = norm.inverse[channel]
        let factor = norm.scale[channel] * inverse
        factors.append(factor)
        guard norm.isTraining else {
          slopes.append(0)
          offsets.append(0)
          continue
        }
        let lost = norm.lost(channel)
        let product = sums.second[channel] + lost * sums.first[channel]
        let slope = -factor * inverse * inverse * product / count
        slopes.append(slope)
        offsets.append(slope * lost - factor * sums.first[channel] / count)
      }
      factor = OneDNNChannels(factors)
      slope = OneDNNChannels(slopes)
      offset = OneDNNChannels(offsets)
    }

    /// The numbers of a group of sixteen channels; the slope stands in the place of a mean.
    func block(_ block: Int) -> lanes_norm {
      unsafe lanes_norm(
        mean: slope.block(block), factor: factor.block(block), offset: offset.block(block),
        rectifies: false)
    }
  }

  extension OneDNNNormalisation {
    /// The mean rounded to float32, less the mean.
    func lost(_ channel: Int) -> Double {
      Double(Float(moments.mean[channel])) - moments.mean[channel]
    }
  }

  /// Two sums over each channel, in float64.
  struct OneDNNSums {
    /// Of a gradient; or of x - `shift`.
    var first: [Double]
    /// Of a gradient times (x - mean); or of (x - `shift`)^2.
    var second: [Double]
    /// Of an activation: a number near each channel's mean, so that squares stay small.
    var shift: OneDNNChannels?

    /// Sums of nothing.
    init(channels: Int) {
      first = Array(repeating: 0, count: channels)
      second = first
    }

    /// Mean and biased variance of `count` numbers a channel.
    func moments(channels: Int, count: Int) -> Moments {
      let n = Double(max(1, count))
      var mean: [Double] = []
      var variance: [Double] = []
      for channel in 0..<channels {
        let distance = first[channel] / n
        unsafe mean.append(Double(shift?[channel] ?? 0) + distance)
        let spread = second[channel] / n - distance * distance
        variance.append(spread < 0 ? 0 : spread)
      }
      return Moments(mean: mean, variance: variance, count: count)
    }
  }
#endif
