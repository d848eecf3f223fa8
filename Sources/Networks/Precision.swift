/// What activations and weights are stored as while a network runs; sums are always float32.
public enum Precision: String, CaseIterable, Sendable, Codable {
  /// IEEE 754 single precision: 24 significant bits.
  case float32
  /// The upper half of a float32: 8 significant bits, twice the arithmetic where the processor knows
  /// it. Projector, predictor and classifier stay float32.
  case bfloat16

  /// Bytes of a number.
  var size: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }
}
