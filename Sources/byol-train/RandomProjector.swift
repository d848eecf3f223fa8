import ArgumentParser
import Checkpoints

/// A projector that begins with random weights: `random`, or `random:HIDDEN:WIDTH`.
struct RandomProjector: ExpressibleByArgument {
  private let hidden: Int
  private let width: Int

  init?(argument: String) {
    let words = argument.split(separator: ":", omittingEmptySubsequences: false)
    let sizes = words.dropFirst().map { Int($0) ?? 0 }
    guard words.first == "random", sizes.isEmpty || sizes.count == 2,
      sizes.allSatisfy({ $0 > 0 })
    else { return nil }
    (hidden, width) = (sizes.first ?? 4096, sizes.last ?? 256)
  }

  /// Begins it as the checkpoint's own program would.
  ///
  /// - Throws: `Failure` (`usage`), see `Checkpoint.makeProjector`.
  func begin(in checkpoint: inout Checkpoint, seed: UInt64) throws {
    try checkpoint.makeProjector(
      hidden: hidden, width: width, seed: seed,
      initialiser: .usual(of: checkpoint.contract))
  }
}
