import Checkpoints
import Foundation
import Gradients
import Images
import Synchronization
import TestSupport
import Tensors

@testable import Training

/// Pictures that say which one they are: every byte of picture `i` is `i`.
final class CountedPictures: Dataset {
  let count: Int
  let classes = ["even", "odd"]
  let corrupt: Set<Int>
  let reads = Mutex(0)

  init(_ count: Int, corrupt: Set<Int> = []) {
    self.count = count
    self.corrupt = corrupt
  }

  func label(_ index: Int) -> Int? { index % 2 }
  func name(_ index: Int) -> String { "picture\(index).jpg" }

  func picture(_ index: Int) throws -> Picture {
    reads.withLock { $0 += 1 }
    guard !corrupt.contains(index) else {
      throw Failure(.badInput, file: name(index), "the JPEG ends early")
    }
    return Picture(
      width: 8, height: 8, pixels: Array(repeating: UInt8(index), count: 8 * 8 * 3))
  }
}

/// An update that only adds its views' sums to a weight: quick, and every view counts.
final class SummingUpdater: Updating {
  var checkpointed: Checkpoint
  var nextStep: Int
  var failsAt: Int?
  private let path = "online/encoder/stem/bn/offset"

  init(_ checkpoint: Checkpoint, failsAt: Int? = nil) {
    checkpointed = checkpoint
    nextStep = checkpoint.recipe.step ?? 0
    self.failsAt = failsAt
  }

  /// The small checkpoint of the samples, as a file would have it.
  static func sample() throws -> Checkpoint {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
  }

  func update(_ views: Views, reportsEmbedding: Bool) throws -> StepReport {
    if nextStep == failsAt {
      throw Failure(.differs, place: "online/encoder/stem/conv", "the activation is not a number")
    }
    let tensor = try checkpointed.tensor(path)
    var numbers = try tensor.floats()
    let sum = zip(views.first.values, views.second.values).reduce(Float(0)) { $0 + $1.0 - 2 * $1.1 }
    for index in numbers.indices { numbers[index] = numbers[index] * 0.5 + sum }
    let entry = Checkpoint.Entry(path, try Tensor(floats: numbers, shape: tensor.shape))
    nextStep += 1
    var recipe = checkpointed.recipe
    recipe.step = nextStep
    checkpointed = Checkpoint(
      entries: checkpointed.entries.filter { $0.path != path } + [entry],
      contract: checkpointed.contract, recipe: recipe, provenance: checkpointed.provenance,
      tree: checkpointed.tree, extras: checkpointed.extras)
    return StepReport(
      step: nextStep - 1, loss: Double(sum), learningRate: 0.1, tau: 0.99, gradientNorm: 1,
      featureDeviation: 1)
  }

  func checkpoint() throws -> Checkpoint { checkpointed }
}

/// Calls `body`, which must throw a failure.
func failure(of body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}

/// Runs `body` with a folder that is removed afterwards.
func withFolder<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  return try body(folder)
}
