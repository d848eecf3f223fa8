import Archives
import Tensors

/// A tensor of a file whose names no dialect knows: what can be seen of it without knowing its name.
struct UnknownTensor {
  /// What a tensor can be, by its axes alone.
  enum Kind: Equatable {
    /// Four axes: of a convolution.
    case kernel
    /// Two axes longer than 1: of a linear layer.
    case matrix
    /// One axis, perhaps among axes of length 1: a bias, or one of batch norm's four.
    case vector
    /// One whole number: a counter.
    case counter
    /// Anything else, which no ResNet has.
    case other
  }

  /// Channels that no layer has.
  static let longestVector = 1 << 17

  /// Its name, keys joined by `/`.
  let name: String
  /// The words of the name, split at `/` and `.`.
  let parts: [Substring]
  let tensor: Tensor
  let kind: Kind

  init(name: String, tensor: Tensor) {
    self.name = name
    self.tensor = tensor
    parts = name.split { $0 == "/" || $0 == "." }
    let shape = tensor.shape
    let long = shape.count { $0 != 1 }
    switch (shape.count, long) {
    case _ where shape.contains(0) || tensor.elementType == .bool: kind = .other
    case (0, _) where !tensor.elementType.isFloatingPoint: kind = .counter
    case _ where !tensor.elementType.isFloatingPoint: kind = .other
    case (4, 2...): kind = .kernel
    case (2, 2): kind = .matrix
    case (1, _) where tensor.count <= Self.longestVector: kind = .vector
    case (2...4, 1) where tensor.count <= Self.longestVector: kind = .vector
    default: kind = .other
    }
  }

  /// The length of a vector.
  var length: Int { tensor.count }

  /// The order of a vector's axes, `C` or with 1s for its axes of length 1: `111C`.
  var vectorAxes: String {
    guard tensor.shape.count > 1 else { return "C" }
    return String(tensor.shape.map { $0 == 1 ? Character("1") : "C" })
  }

  /// What two tensors of equal parts have in common: kind and shape.
  var signature: [Int] { [kind == .counter ? 1 : 0] + tensor.shape }
}
