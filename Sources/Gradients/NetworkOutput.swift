/// An output of the networks, in the order in which they are computed.
public enum NetworkOutput: Int, Sendable, Comparable, CaseIterable {
  case embedding, projection, prediction
  /// Orders outputs as they are computed.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A forward pass whose way back is open.
public struct Pass<Scalar: TrainingScalar> {
  /// [N, D] row-major, by output.
  public var outputs: [NetworkOutput: Rows<Scalar>]
  /// Takes the gradient of the loss with respect to the last output, [N, D], and adds to the gradients
  /// of the parameters; may be called once.
  public var pull: (Rows<Scalar>) throws -> Void
}

/// Vectors of one length: [count, width], row-major.
public struct Rows<Scalar: TrainingScalar> {
  /// The number of vectors.
  public var count: Int
  /// Their length.
  public var width: Int
  /// The values.
  public var values: [Scalar]

  /// Vectors.
  public init(count: Int, width: Int, values: [Scalar]) {
    precondition(count * width == values.count, "\(values.count) values for [\(count), \(width)]")
    self.count = count
    self.width = width
    self.values = values
  }
}

extension Rows: Sendable where Scalar: Sendable {}
