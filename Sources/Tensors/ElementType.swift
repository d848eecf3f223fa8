/// The type of a tensor's elements; the raw value is the name used in every file and report.
public enum ElementType: String, Sendable, CaseIterable, Codable {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64
  case float16, bfloat16, float32, float64

  /// Bytes an element occupies.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Bytes that a tensor of that shape occupies, or nil where they cannot be counted.
  public func byteCount(of shape: [Int]) -> Int? {
    guard let count = Tensor.elementCount(of: shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: byteCount)
    return overflow ? nil : bytes
  }

  /// Whether the elements are floating-point numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }
}
