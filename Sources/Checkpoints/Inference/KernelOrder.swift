import Tensors

/// The order of axes of a file's convolutions, which is one for all of them.
enum KernelOrder {
  /// The orders that programs use: PyTorch, TensorFlow and JAX, and the rest that convolution
  /// libraries have.
  static let all = ["OIHW", "HWIO", "OHWI", "IHWO", "HWOI", "IOHW"]

  /// A kernel in native terms.
  struct Kernel: Hashable {
    var outputs: Int
    var inputs: Int
    var side: Int
  }

  /// A kernel of that shape in that order, or nil where it has no square of odd sides.
  static func kernel(_ shape: [Int], _ order: String) -> Kernel? {
    var sizes: [Character: Int] = [:]
    for (letter, length) in zip(order, shape) { sizes[letter] = length }
    guard shape.count == 4, let height = sizes["H"], height == sizes["W"], height % 2 == 1,
      height <= 11, let outputs = sizes["O"], let inputs = sizes["I"]
    else { return nil }
    return Kernel(outputs: outputs, inputs: inputs, side: height)
  }
}
