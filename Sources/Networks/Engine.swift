import Checkpoints
import Tensors

/// A way to run a checkpoint's networks.
///
/// The engines share nothing but the checkpoint.
public protocol Engine: Sendable {
  /// What numbers made with it are labelled with: `openblas float64`.
  var name: String { get }

  /// Runs encoder, projector, predictor and classifier, as far as the checkpoint has them and the
  /// request asks for them.
  ///
  /// - Throws: `Failure` (`badInput`) where tensors are missing or of the wrong shape, naming them.
  func run(_ request: ForwardRequest, on checkpoint: Checkpoint) throws -> ForwardResult
}

/// One forward pass.
public struct ForwardRequest: Sendable {
  /// Which network.
  public var branch: Branch
  /// What the first convolution sees: after normalisation.
  public var input: Activation
  /// Whether batch norm uses the batch's statistics (and reports the running ones that follow).
  public var isTraining: Bool
  /// The last output wanted; the pass stops there.
  public var until: Output
  /// Called with every stage's activation, as it is made; only traced passes need it.
  public var trace: (@Sendable (String, Activation) -> Void)?

  /// A request.
  public init(
    branch: Branch = .online, input: Activation, isTraining: Bool = false,
    until: Output = .prediction, trace: (@Sendable (String, Activation) -> Void)? = nil
  ) {
    self.branch = branch
    self.input = input
    self.isTraining = isTraining
    self.until = until
    self.trace = trace
  }
}

/// An output of the networks, in the order in which they are computed.
public enum Output: String, CaseIterable, Sendable, Codable, Comparable {
  /// Of the encoder: [N, D].
  case embedding
  /// Of the classifier head on the embedding: [N, classes].
  case logits
  /// Of the projector: [N, 256].
  case projection
  /// Of the predictor: [N, 256].
  case prediction

  /// Orders outputs as they are computed.
  public static func < (left: Output, right: Output) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// The values that flow between layers: [N, C, H, W], or [N, C] after pooling.
///
/// Values are float64 whatever the engine computes in, so that float32 results are exact and float64
/// ones not rounded.
public struct Activation: Sendable {
  /// [N, C, H, W] or [N, C].
  public var shape: [Int]
  /// The values, row-major.
  public var values: [Double]

  /// Values of a shape.
  public init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

/// What a forward pass gives.
public struct ForwardResult: Sendable {
  /// The outputs that the checkpoint has parts for.
  public var outputs: [Output: Activation]
  /// In training mode: the running statistics after the pass, by native name
  /// (`online/encoder/stem/bn/mean`), [C].
  public var statistics: [String: [Double]]

  /// A result.
  public init(outputs: [Output: Activation] = [:], statistics: [String: [Double]] = [:]) {
    self.outputs = outputs
    self.statistics = statistics
  }
}
