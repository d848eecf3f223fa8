#if ONEDNN
  import Glibc

  /// Seconds by kind of layer.
  public struct OneDNNTimings: Sendable {
    /// What time goes into.
    public enum Kind: String, CaseIterable, Sendable {
      case convolutionForward = "convolution, forward"
      case convolutionToSource = "convolution, gradient of the input"
      case convolutionToWeights = "convolution, gradient of the weights"
      case batchNorm = "batch norm, ReLU and residual sum"
      case pooling
      case linear
      case reordering = "weights to and from the library's layout"
      case other
    }

    /// Seconds since the timings were set to nothing.
    public var seconds: [Kind: Double] = [:]

    /// No time.
    public init() {}

    /// Seconds on a clock that only goes forward.
    static var now: Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
  }
#endif
