import Archives
import Checkpoints
import Networks
import Tensors

extension FileVerification {
  /// Adds the verdict `agrees with NAME`.
  public mutating func expect(
    _ reference: String, partial: Bool, format: String?, dialect: String?, tolerance: Double?
  ) throws {
  }
}
