public import Checkpoints
public import Networks
import Tensors

/// Two checkpoints on the same pictures, each with its own contract.
public struct CheckpointPair: Sendable, Codable {
  /// The first file.
  public var first: String
  /// The second file.
  public var second: String
  /// Pictures that both took.
  public var pictures: Int
  /// Those that could not be read.
  public var leftOut: [Embeddings.Bad]
  /// Each stage that both have, in the order in which it is computed.
  public var stages: [FeatureAgreement]
  /// Fields of the contract that differ: path, value in the first, value in the second.
  public var contract: [[String]]
  /// The largest relative L2 that is agreement.
  public var tolerance: Double
  /// What ran both.
  public var engine: String

  enum CodingKeys: String, CodingKey {
    case first, second, pictures, stages, contract, tolerance, engine
    case leftOut = "left_out"
  }

  /// Two float32 passes over the same weights stay well below it; a wrong padding does not.
  public static let usualTolerance = 1e-4

  /// Whether every stage's features are the same within the tolerance.
  public var agrees: Bool {
    !stages.isEmpty && stages.allSatisfy { ($0.relativeL2 ?? .infinity) <= tolerance }
  }

  /// Runs both on the pictures.
  ///
  /// - Parameter options: its stages are not looked at: all vectors that both networks have.
  /// - Throws: `Failure` (`badInput`) where one is no checkpoint that can be run, or no picture can
  ///   be read.
  public init(
    _ first: Loaded, _ second: Loaded, pictures files: [PictureFile],
    options: InferenceSession.Options, tolerance: Double = usualTolerance
  ) throws {
    self.first = first.path
    self.second = second.path
    self.tolerance = tolerance
    var options = options
    let outputs = Output.allCases.filter { output in
      [first, second].allSatisfy { $0.checkpoint.has(output, options.branch) }
    }
    options.stages = Set(outputs.map(\.rawValue))
    guard !options.stages.isEmpty else {
      throw Failure(
        file: first.path, expected: "an encoder as \(second.path) has", found: "nothing in common")
    }
    let own = try Embeddings(
      of: files, by: PictureNetwork(first.checkpoint, file: first.path, options: options))
    let other = try Embeddings(
      of: files, by: PictureNetwork(second.checkpoint, file: second.path, options: options))
    guard own.files == other.files else {
      throw Failure(expected: "the same pictures from both", found: "other ones")
    }
    pictures = own.files.count
    leftOut = own.bad
    engine = own.engine
    stages = try outputs.compactMap { output in
      guard let a = own.features[output.rawValue], let b = other.features[output.rawValue] else {
        return nil
      }
      return try FeatureAgreement(output.rawValue, a, b)
    }
    contract = try first.checkpoint.contract.differences(from: second.checkpoint.contract)
  }
}

extension Checkpoint {
  /// Whether a branch has the layers that an output comes from.
  public func has(_ output: Output, _ branch: Branch) -> Bool {
    let leaf =
      switch output {
      case .embedding: "encoder/stem/conv/weight"
      case .logits: "heads/classifier/weight"
      case .projection: "projector/linear0/weight"
      case .prediction: "predictor/linear0/weight"
      }
    return self["\(branch.rawValue)/\(leaf)"] != nil
  }
}
