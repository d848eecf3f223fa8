import Checkpoints
import Gradients
import Images
import Tensors

/// A checkpoint and the pictures that it is evaluated on.
///
/// Methods are in extensions: `linear`, `nearestNeighbours`, `fineTuning`.
public final class Evaluation {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// Its encoder.
  public let encoder: FrozenEncoder
  /// The pictures.
  public let data: EvaluationData
  /// Where random choices begin: of validation pictures, of labels, of the order in training.
  public let seed: UInt64
  /// The share of the training pictures that settings are chosen by.
  public let validationShare: Double
  /// Called with a stage's name, and how many pictures of how many are done.
  public var progress: (String, Int, Int) -> Void = { _, _, _ in }

  private var computed: (training: LabelledEmbeddings, test: LabelledEmbeddings)?
  private(set) var corrupt: [CorruptPicture] = []

  /// An evaluation.
  ///
  /// - Throws: `Failure` (`usage`) where the share is not between 0 and 1.
  public init(
    _ checkpoint: Checkpoint, encoder: FrozenEncoder, data: EvaluationData, seed: UInt64 = 0,
    validationShare: Double = 0.1
  ) throws {
    guard validationShare > 0, validationShare < 1 else {
      throw Failure(
        .usage, "a validation share lies between 0 and 1, and \(validationShare) does not")
    }
    self.checkpoint = checkpoint
    self.encoder = encoder
    self.data = data
    self.seed = seed
    self.validationShare = validationShare
    note(data.training.source.leftOut + data.test.source.leftOut)
  }

  /// The embeddings of all pictures, computed once.
  ///
  /// - Throws: what `FrozenEncoder.embeddings` throws.
  func embeddings() throws -> (training: LabelledEmbeddings, test: LabelledEmbeddings) {
    if let computed { return computed }
    let (training, test) = (
      try embeddings(of: data.training, "training"), try embeddings(of: data.test, "test")
    )
    computed = (training, test)
    return (training, test)
  }

  private func embeddings(of pictures: LabelledPictures, _ name: String) throws
    -> LabelledEmbeddings
  {
    let (rows, damaged) = try encoder.embeddings(of: pictures) {
      progress("embedding \(name) pictures", $0, pictures.count)
    }
    note(damaged)
    return rows
  }

  /// Notes pictures that could not be read, each once.
  func note(_ damaged: [CorruptPicture]) {
    for picture in damaged where !corrupt.contains(picture) { corrupt.append(picture) }
  }

  /// A report with what every method says.
  func report(_ method: String) -> EvaluationReport {
    var report = EvaluationReport(method, self)
    report.corrupt = corrupt
    if data.isHeldOut {
      report.notes.append(
        "there is no test set: a fifth of every class was held out of the training pictures "
          + "(seed \(seed))")
    }
    return report
  }

  var classes: Int { data.training.classes.count }
}
