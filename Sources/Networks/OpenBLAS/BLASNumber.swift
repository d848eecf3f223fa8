import COpenBLAS
import Glibc
import Tensors

/// A type of numbers whose matrices OpenBLAS multiplies.
protocol BLASNumber: BinaryFloatingPoint, Sendable {
  /// result = left x right, all row-major: [m, k] x [k, n] -> [m, n].
  ///
  /// `right` is given as [n, k] where it is `transposed`. Each matrix comes with the distance of
  /// its rows, in elements.
  static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Self>, _ leftStep: Int32,
    _ right: UnsafePointer<Self>, _ rightStep: Int32, transposed: Bool,
    into result: UnsafeMutablePointer<Self>, _ resultStep: Int32)

  /// The elements of a tensor of any type, row-major.
  static func read(_ tensor: Tensor) throws -> [Self]

  /// e to the power of this number.
  var exponential: Self { get }
}

extension Float: BLASNumber {
  static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Float>, _ leftStep: Int32,
    _ right: UnsafePointer<Float>, _ rightStep: Int32, transposed: Bool,
    into result: UnsafeMutablePointer<Float>, _ resultStep: Int32
  ) {
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, m, n, k, 1,
      left, leftStep, right, rightStep, 0, result, resultStep)
  }

  static func read(_ tensor: Tensor) throws -> [Float] { try tensor.floats() }

  var exponential: Float { expf(self) }
}

extension Double: BLASNumber {
  static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Double>, _ leftStep: Int32,
    _ right: UnsafePointer<Double>, _ rightStep: Int32, transposed: Bool,
    into result: UnsafeMutablePointer<Double>, _ resultStep: Int32
  ) {
    unsafe cblas_dgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, m, n, k, 1,
      left, leftStep, right, rightStep, 0, result, resultStep)
  }

  static func read(_ tensor: Tensor) throws -> [Double] { try tensor.doubles() }

  var exponential: Double { exp(self) }
}

/// A length as OpenBLAS takes it.
///
/// - Throws: `Failure` (`badInput`) where it is beyond 32 bits.
func blasLength(_ length: Int, place: String) throws -> Int32 {
  guard let result = Int32(exactly: length) else {
    throw Failure(
      .badInput, place: place, "a matrix with a side of \(length) is too large for OpenBLAS")
  }
  return result
}
