import Glibc
import Tensors

/// A type of numbers in which a network can be trained: `Float` or `Double`.
///
/// Generic loops over numbers are written with `@_specialize`, because a backend is mostly reached from
/// another module, where the compiler cannot make them for the type.
public protocol TrainingScalar: BinaryFloatingPoint, Sendable {
  /// The type as files name it.
  static var elementType: ElementType { get }
  /// e to the power of this number.
  var exponential: Self { get }

  /// The elements of a tensor of any type, row-major, rounded to this one.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  static func read(_ tensor: Tensor) throws -> [Self]
  /// The same numbers in this type.
  static func converted(_ values: [Float]) -> [Self]
  /// The same numbers in this type.
  static func converted(_ values: [Double]) -> [Self]
}

extension Float: TrainingScalar {
  /// `float32`.
  public static var elementType: ElementType { .float32 }
  /// `expf`.
  public var exponential: Float { expf(self) }
  /// The elements of a tensor.
  public static func read(_ tensor: Tensor) throws -> [Float] { try tensor.floats() }
  /// The same numbers in this type.
  public static func converted(_ values: [Float]) -> [Float] { values }
  /// The same numbers in this type.
  public static func converted(_ values: [Double]) -> [Float] { values.map { Float($0) } }
}

extension Double: TrainingScalar {
  /// `float64`.
  public static var elementType: ElementType { .float64 }
  /// `exp`.
  public var exponential: Double { exp(self) }
  /// The elements of a tensor.
  public static func read(_ tensor: Tensor) throws -> [Double] { try tensor.doubles() }
  /// The same numbers in this type.
  public static func converted(_ values: [Float]) -> [Double] { values.map { Double($0) } }
  /// The same numbers in this type.
  public static func converted(_ values: [Double]) -> [Double] { values }
}
