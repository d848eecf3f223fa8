import Archives
import Checkpoints
import Tensors

/// A native checkpoint file with a classifier that an evaluation made.
public enum HeadFile {
  /// Refuses, before the work, a file that could not be written after it.
  ///
  /// - Throws: `Failure` (`usage`) where it exists and `force` is not set, or the name is none;
  ///   (`inputOutput`) where its folder does not exist.
  public static func check(_ path: String, name: String, force: Bool) throws {
    try Checkpoint.checkHead(name)
    try AtomicFile.check(path, force: force)
  }

  /// Writes the outcome's checkpoint with its classifier, whole or not at all, and notes the path in
  /// the report.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system refuses; the path then has what it had before.
  public static func write(
    _ outcome: inout EvaluationOutcome, as name: String, to path: String, force: Bool
  ) throws {
    guard let head = outcome.head else {
      throw Failure(.usage, file: path, "this evaluation has no classifier to write")
    }
    let checkpoint = try outcome.checkpoint.adding(
      head, as: name, of: outcome.report.branch, about: outcome.report.summary)
    try NativeOutput.write(checkpoint, to: path, force: force)
    outcome.report.written = path
  }
}

extension EvaluationReport {
  /// What a checkpoint keeps of the evaluation that its classifier comes from.
  struct Summary: Codable {
    var method: String
    var settings: [String: JSONValue]
    var accuracy: Accuracy
    var pictures: Int
  }

  var summary: Summary {
    Summary(
      method: method,
      settings: Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      accuracy: accuracy, pictures: trainingPictures)
  }
}
