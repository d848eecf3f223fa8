import COpenBLAS
import Tensors

/// A type of numbers whose matrices OpenBLAS multiplies.
public protocol BLASScalar: TrainingScalar {
  /// result = left * right + keep * result, all row-major.
  ///
  /// `left` is [m, k], or [k, m] where it is transposed; `right` is [k, n], or [n, k] where it is
  /// transposed. Each matrix comes with the distance of its rows, in elements.
  static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Self>, _ leftStep: Int32, leftIsTransposed: Bool,
    _ right: UnsafePointer<Self>, _ rightStep: Int32, rightIsTransposed: Bool,
    into result: UnsafeMutablePointer<Self>, _ resultStep: Int32, keep: Self)
}

extension Float: BLASScalar {
  /// `cblas_sgemm`.
  public static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Float>, _ leftStep: Int32, leftIsTransposed: Bool,
    _ right: UnsafePointer<Float>, _ rightStep: Int32, rightIsTransposed: Bool,
    into result: UnsafeMutablePointer<Float>, _ resultStep: Int32, keep: Float
  ) {
    unsafe cblas_sgemm(
      CblasRowMajor, leftIsTransposed ? CblasTrans : CblasNoTrans,
      rightIsTransposed ? CblasTrans : CblasNoTrans, m, n, k, 1,
      left, leftStep, right, rightStep, keep, result, resultStep)
  }
}

extension Double: BLASScalar {
  /// `cblas_dgemm`.
  public static func multiply(
    m: Int32, n: Int32, k: Int32,
    _ left: UnsafePointer<Double>, _ leftStep: Int32, leftIsTransposed: Bool,
    _ right: UnsafePointer<Double>, _ rightStep: Int32, rightIsTransposed: Bool,
    into result: UnsafeMutablePointer<Double>, _ resultStep: Int32, keep: Double
  ) {
    unsafe cblas_dgemm(
      CblasRowMajor, leftIsTransposed ? CblasTrans : CblasNoTrans,
      rightIsTransposed ? CblasTrans : CblasNoTrans, m, n, k, 1,
      left, leftStep, right, rightStep, keep, result, resultStep)
  }
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
