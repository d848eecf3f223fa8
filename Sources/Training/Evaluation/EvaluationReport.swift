import Checkpoints
import Networks
import Tensors

/// What an evaluation found, with all that it was found by.
public struct EvaluationReport: Codable, Sendable {
  /// A setting and its value.
  public struct Setting: Codable, Hashable, Sendable {
    /// What was set.
    public var name: String
    /// Its value.
    public var value: JSONValue

    /// A setting.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }

    /// A number.
    public init(_ name: String, _ value: Double) { self.init(name, .number(value)) }
    /// A count.
    public init(_ name: String, _ value: Int) { self.init(name, .number(Double(value))) }
    /// A word.
    public init(_ name: String, _ value: String) { self.init(name, .text(value)) }
  }

  /// Settings that were tried, and how well they did.
  public struct Trial: Codable, Sendable {
    /// What was tried.
    public var settings: [Setting]
    /// On the validation pictures.
    public var accuracy: Accuracy
    /// Whether the search for the least loss got to its end, where there was one.
    public var converged: Bool?

    /// A trial.
    public init(_ settings: [Setting], _ accuracy: Accuracy, converged: Bool? = nil) {
      self.settings = settings
      self.accuracy = accuracy
      self.converged = converged
    }
  }

  /// What was evaluated, in a few words: `linear (L-BFGS)`.
  public var method: String
  /// The network: `online`.
  public var branch: Branch
  /// What computed the embeddings: `onednn float32`.
  public var engine: String
  /// The classes.
  public var classes: Int
  /// Pictures to learn from; those to choose settings by among them, unless said otherwise.
  public var trainingPictures: Int
  /// Pictures that settings were chosen by.
  public var validationPictures: Int?
  /// Pictures that judged.
  public var testPictures: Int
  /// Whether they were taken from the training set.
  public var testIsHeldOut: Bool
  /// The settings of the result.
  public var settings: [Setting] = []
  /// What was tried on the validation pictures; the result is of the best.
  public var sweep: [Trial] = []
  /// The result, on the test pictures.
  public var accuracy = Accuracy(top1: 0, top5: nil, count: 0)
  /// Results with other settings that nothing was chosen by.
  public var others: [Trial] = []
  /// Pictures that could not be read.
  public var corrupt: [CorruptPicture] = []
  /// What the user should know, a sentence each.
  public var notes: [String] = []
  /// The file that has the classifier, where one was written.
  public var written: String?

  enum CodingKeys: String, CodingKey {
    case method, branch, engine, classes, settings, sweep, accuracy, others, corrupt, notes, written
    case trainingPictures = "training_pictures"
    case validationPictures = "validation_pictures"
    case testPictures = "test_pictures"
    case testIsHeldOut = "test_is_held_out"
  }

  /// The report of a method that has not run yet.
  init(_ method: String, _ evaluation: Evaluation) {
    self.method = method
    branch = evaluation.encoder.branch
    engine = evaluation.encoder.engine.name
    classes = evaluation.data.training.classes.count
    trainingPictures = evaluation.data.training.count
    testPictures = evaluation.data.test.count
    testIsHeldOut = evaluation.data.isHeldOut
  }
}

/// A report and what was learnt.
public struct EvaluationOutcome {
  /// What was found.
  public var report: EvaluationReport
  /// The classifier, where the method has one.
  public var head: LinearHead?
  /// The checkpoint whose encoder the classifier belongs to: another one after fine-tuning.
  public var checkpoint: Checkpoint
}
