public import Checkpoints
public import Networks
import Tensors

/// How often a checkpoint's classifier is right on pictures whose class is known.
public struct HeadReport: Sendable, Codable {
  /// The checkpoint.
  public var path: String
  /// The shares.
  public var accuracy: HeadAccuracy
  /// Classes of the head.
  public var classes: Int
  /// Pictures of no class that is known.
  public var unlabelled: Int
  /// Those that could not be read.
  public var leftOut: [Embeddings.Bad]
  /// What ran the network.
  public var engine: String

  enum CodingKeys: String, CodingKey {
    case path, accuracy, classes, unlabelled, engine
    case leftOut = "left_out"
  }

  /// Runs the online network on the pictures.
  ///
  /// - Parameters:
  ///   - labels: a file with the head's classes in order; nil for the pictures' folders, sorted.
  /// - Throws: `Failure` (`badInput`) where there is no classifier, the classes are not as many as
  ///   its outputs, or no picture's class is known.
  public init(
    _ loaded: Loaded, pictures: [PictureFile], labels: String?,
    options: InferenceSession.Options
  ) throws {
    path = loaded.path
    let place = "\(options.branch.rawValue)/heads/classifier/weight"
    guard let outputs = loaded.checkpoint[place]?.shape.first else {
      throw Failure(
        .badInput, file: path, place: place,
        "pictures verify a classifier, and the checkpoint has none; --against compares features")
    }
    let names = try labels.map { try ClassNames(file: $0) } ?? ClassNames(foldersOf: pictures)
    guard names.names.count == outputs else {
      throw Failure(
        file: path, place: place,
        expected: "\(names.names.count) classes, as \(labels ?? "the pictures' folders") have",
        found: "\(outputs)")
    }
    classes = outputs
    var options = options
    options.stages = [Output.logits.rawValue]
    let found = try Embeddings(
      of: pictures, by: PictureNetwork(loaded.checkpoint, file: path, options: options))
    let truth = found.files.map { names.position(of: $0) }
    guard let logits = found.features[Output.logits.rawValue] else {
      throw Failure(.badInput, file: path, place: place, "the network gave no logits")
    }
    accuracy = try HeadAccuracy(logits, truth: truth)
    unlabelled = truth.count { $0 == nil }
    leftOut = found.bad
    engine = found.engine
  }
}
