import Checkpoints

/// The running mean and variance of each batch norm of a branch, and what moves them.
public struct RunningStatistics: Sendable {
  /// Native tensors by name: `online/encoder/stem/bn/mean`, and under `training/bn/` Haiku's hidden
  /// averages and counters, or PyTorch's count of batches; float64 so that nothing is lost.
  public var values: [String: [Double]] = [:]
}
