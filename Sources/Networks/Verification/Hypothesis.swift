import Checkpoints
import Tensors

/// One thing that two programs may do differently with the same weights.
public struct Hypothesis: Hashable, Sendable, Codable {
  /// What it is about: `padding`; two hypotheses of one subject exclude each other.
  public var subject: String
  /// What the contract or the checkpoint says: `same`.
  public var stated: String
  /// What the reference would have been made with: `symmetric`.
  public var found: String
  /// The same in words, to follow "the reference".
  public var sentence: String

  /// A hypothesis.
  public init(_ subject: String, stated: String, found: String, _ sentence: String) {
    self.subject = subject
    self.stated = stated
    self.found = found
    self.sentence = sentence
  }
}

/// A forward pass as some program may have meant it.
struct Trial: Sendable {
  /// The weights, and the contract.
  var checkpoint: Checkpoint
  /// What was done to the pictures.
  var preparation = Preparation()
  /// Whether batch norm used the batch's statistics.
  var isTraining = false
}

/// A hypothesis that can be tried.
struct Candidate: Sendable {
  var hypothesis: Hypothesis
  /// Makes a trial what the hypothesis says.
  var change: @Sendable (inout Trial) throws -> Void

  init(
    _ subject: String, stated: String, found: String, _ sentence: String,
    _ change: @escaping @Sendable (inout Trial) throws -> Void
  ) {
    hypothesis = Hypothesis(subject, stated: stated, found: found, sentence)
    self.change = change
  }
}
