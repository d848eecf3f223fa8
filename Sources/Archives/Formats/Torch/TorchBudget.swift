import Tensors

/// What the tensors of a file may have in all, beyond the file itself.
///
/// A view can repeat an element of its storage any number of times, and a storage can have any number
/// of views that overlap: a few bytes would be a terabyte for whoever reads all tensors. Views that
/// are the same count once, since they are one tensor.
final class TorchBudget {
  private var left: Int
  private var seen: Set<AnyHashable> = []

  /// How many times as many bytes as the file has its tensors may have.
  private static let factor = 8
  /// What even a small file may have: bytes.
  private static let least = 1 << 26

  /// The budget of a file of `count` bytes.
  init(fileOf count: Int) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: Self.factor)
    left = overflow ? .max : max(bytes, Self.least)
  }

  /// Takes the bytes of a tensor from the budget, once for each `view`.
  ///
  /// - Throws: `Failure` where they are more than is left.
  func spend(_ bytes: Int, on view: AnyHashable) throws {
    guard seen.insert(view).inserted else { return }
    guard bytes <= left else {
      throw Failure(
        expected: "tensors of at most \(Self.factor) times the file's size in all", found: "more")
    }
    left -= bytes
  }
}
