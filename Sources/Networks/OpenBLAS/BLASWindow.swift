import Checkpoints
import Tensors

/// How a window slides along one axis of a picture.
struct BLASWindow {
  /// Pixels of the axis.
  let length: Int
  /// Pixels the window sees.
  let kernel: Int
  /// Pixels from one position to the next.
  let stride: Int
  /// Positions.
  let count: Int
  /// Imaginary pixels before the first one.
  let low: Int

  /// The rule for the edges, which is a contract's field or a number of pixels.
  enum Edges {
    case rule(Contract.Padding)
    case pixels(Int)
  }

  /// A window over an axis of `length` pixels.
  ///
  /// SAME is TensorFlow's rule: ceil(length / stride) positions, and of the padding they need the
  /// smaller half comes first. Symmetric is PyTorch's: as many pixels on both sides.
  ///
  /// - Throws: `Failure` (`badInput`) where no position remains or the numbers make no sense.
  init(length: Int, kernel: Int, stride: Int, edges: Edges, place: String) throws {
    guard kernel >= 1, kernel <= 1 << 10, stride >= 1, stride <= 1 << 10 else {
      throw Failure(
        place: place, expected: "a kernel and a stride of 1 to 1024 pixels",
        found: "kernel \(kernel), stride \(stride)")
    }
    self.length = length
    self.kernel = kernel
    self.stride = stride
    switch edges {
    case .rule(.same):
      count = (length + stride - 1) / stride
      low = max((count - 1) * stride + kernel - length, 0) / 2
      return
    case .rule(.symmetric): low = (kernel - 1) / 2
    case .pixels(let pixels):
      guard (0..<kernel).contains(pixels) else {
        throw Failure(
          place: place, expected: "padding of 0 to \(kernel - 1) pixels", found: "\(pixels)")
      }
      low = pixels
    }
    let room = length + 2 * low - kernel
    guard room >= 0 else {
      throw Failure(
        place: place, expected: "at least \(kernel - 2 * low) pixels along each axis",
        found: "\(length)")
    }
    count = room / stride + 1
  }

  /// The positions whose pixel number `offset` of the window lies inside the picture.
  func inside(at offset: Int) -> Range<Int> {
    let shift = low - offset
    let first = shift > 0 ? (shift + stride - 1) / stride : 0
    let room = length - 1 + shift
    let end = room >= 0 ? min(count, room / stride + 1) : 0
    return min(first, end)..<max(min(first, end), end)
  }
}
