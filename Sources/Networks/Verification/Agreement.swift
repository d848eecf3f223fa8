import Checkpoints

/// How far an array lies from its reference.
public struct Agreement: Sendable, Hashable {
  /// The reference's key: `target_embedding_odd`.
  public var name: String
  /// max|a - b| / max|b|, with b the reference; infinite where shapes differ or a number is not
  /// finite.
  ///
  /// The cosine would not do: with the wrong padding it is still 0.98.
  public var error: Double
  /// |a - b| / |b| in the Euclidean norm; infinite as `error` is.
  public var relativeL2: Double

  /// Compares an array with its reference, both [N, C] or [N, C, H, W].
  public init(name: String, of mine: Activation, with reference: Activation) {
    self.name = name
    guard mine.shape == reference.shape else {
      error = .infinity
      relativeL2 = .infinity
      return
    }
    var (largest, scale, distance, length) = (0.0, 0.0, 0.0, 0.0)
    var isFinite = true
    for (value, expected) in zip(mine.values, reference.values) {
      let difference = value - expected
      isFinite = isFinite && difference.isFinite
      largest = max(largest, abs(difference))
      scale = max(scale, abs(expected))
      distance += difference * difference
      length += expected * expected
    }
    error = isFinite ? ratio(largest, scale) : .infinity
    relativeL2 = isFinite ? ratio(distance.squareRoot(), length.squareRoot()) : .infinity
  }
}

extension Agreement: Codable {
  enum CodingKeys: String, CodingKey {
    case name, error
    case relativeL2 = "relative_l2"
  }

  /// Reads the JSON form, in which an error that is not finite is absent.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    error = try fields.decodeIfPresent(Double.self, forKey: .error) ?? .infinity
    relativeL2 = try fields.decodeIfPresent(Double.self, forKey: .relativeL2) ?? .infinity
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(name, forKey: .name)
    try fields.encodeIfPresent(error.isFinite ? error : nil, forKey: .error)
    try fields.encodeIfPresent(relativeL2.isFinite ? relativeL2 : nil, forKey: .relativeL2)
  }
}

/// A distance in units of a length; of a reference that is all zeros only zeros are near.
private func ratio(_ distance: Double, _ length: Double) -> Double {
  distance == 0 ? 0 : length > 0 ? distance / length : .infinity
}
