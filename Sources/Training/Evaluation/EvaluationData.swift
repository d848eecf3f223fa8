import Checkpoints
import Images
import Tensors

/// The pictures of an evaluation: those that a classifier learns from, and those that judge it.
public struct EvaluationData: Sendable {
  /// Pictures to learn from, and to choose settings by.
  public let training: LabelledPictures
  /// Pictures that nothing is chosen by.
  public let test: LabelledPictures
  /// Whether the test pictures were taken from the training set, because there were no others.
  public let isHeldOut: Bool

  /// The share of a training set that judges where there is no test set.
  public static let heldOutShare = 0.2

  /// Reads the lists of pictures and classes.
  ///
  /// - Parameters:
  ///   - training: what `Datasets.open` takes.
  ///   - test: nil to hold a fifth of the training pictures of every class out, chosen by `seed`.
  ///   - input: what the network's contract says of pictures; nil to decode as Pillow does.
  /// - Throws: `Failure` (`badInput`): a picture without a class, a single class, fewer pictures than
  ///   classes, test pictures of other classes; and what `Datasets.open` throws.
  public init(
    training: String, test: String?, seed: UInt64, input: Contract.Input? = nil
  ) throws {
    let decoding = try input.map { try Decoding($0, evaluates: true) } ?? Decoding()
    let training = try Self.labelled(training, decoding)
    let test = try test.map { try Self.labelled($0, decoding) }
    try self.init(training: training, test: test, seed: seed)
  }

  /// Pictures that were read.
  ///
  /// - Throws: see the other initialiser.
  public init(training: LabelledPictures, test: LabelledPictures?, seed: UInt64) throws {
    let present = Set(training.labels)
    guard present.count >= 2 else {
      throw Failure(
        expected: "training pictures of two classes or more",
        found: present.first.map { "only of \(training.classes[$0])" } ?? "no pictures")
    }
    guard training.count >= training.classes.count else {
      throw Failure(
        expected: "at least as many training pictures as classes (\(training.classes.count))",
        found: "\(training.count)")
    }
    if let test {
      self.training = training
      self.test = try test.numbered(as: training)
      isHeldOut = false
    } else {
      let split = Splits.validation(training.labels, share: Self.heldOutShare, seed: seed)
      guard !split.validation.isEmpty else {
        throw Failure(
          expected: "two pictures of a class, so that one can be held out for the test",
          found: "one of each")
      }
      self.training = training[split.training]
      self.test = training[split.validation]
      isHeldOut = true
    }
  }

  private static func labelled(
    _ path: String, _ decoding: Decoding
  ) throws -> LabelledPictures {
    do {
      return try LabelledPictures(try Datasets.open(path, decoding: decoding))
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }
}
