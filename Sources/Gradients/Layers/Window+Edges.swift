import Checkpoints
import Tensors

extension Window {
  /// The rule for the edges of a picture, which is a contract's field or a number of pixels.
  enum Edges {
    case rule(Contract.Padding)
    case pixels(Int)
  }

  /// A square window over a picture.
  ///
  /// SAME is TensorFlow's rule: ceil(length / stride) positions, and of the padding they need the smaller
  /// half comes first. Symmetric is PyTorch's: as many pixels on both sides.
  ///
  /// - Parameter picture: height and width.
  /// - Throws: `Failure` (`badInput`) where no position remains, or the numbers make no sense.
  init(over picture: [Int], kernel: Int, stride: Int, edges: Edges, place: String) throws {
    guard (1...1024).contains(kernel), (1...1024).contains(stride) else {
      throw Failure(
        place: place, expected: "a kernel and a stride of 1 to 1024 pixels",
        found: "kernel \(kernel), stride \(stride)")
    }
    let axes = try picture.map { length -> (before: Int, after: Int, count: Int) in
      if case .rule(.same) = edges {
        let count = (length + stride - 1) / stride
        let total = max((count - 1) * stride + kernel - length, 0)
        return (total / 2, total - total / 2, count)
      }
      var pixels = (kernel - 1) / 2
      if case .pixels(let given) = edges { pixels = given }
      guard (0...(kernel - 1)).contains(pixels) else {
        throw Failure(
          place: place, expected: "padding of 0 to \(kernel - 1) pixels", found: "\(pixels)")
      }
      let room = length + 2 * pixels - kernel
      guard room >= 0 else {
        throw Failure(
          place: place, expected: "at least \(kernel - 2 * pixels) pixels along each axis",
          found: "\(length)")
      }
      return (pixels, pixels, room / stride + 1)
    }
    self.init(
      kernel: [kernel, kernel], stride: [stride, stride], before: axes.map(\.before),
      after: axes.map(\.after), count: axes.map(\.count))
  }
}
