import Archives
import Checkpoints
import Tensors

/// How a window slides over an image, in an operator's attributes.
struct GraphWindow {
  /// Kernel, stride and padding, as `Conv` and `MaxPool` take them.
  let attributes: [OnnxNode.Attribute]
  /// Positions along each axis, or nil where the image's size is not known.
  let count: Int?

  /// The rule for the edges, which is a contract's field or a number of pixels.
  enum Edges {
    case rule(Contract.Padding)
    case pixels(Int)
  }

  /// A square window over square images of `size` pixels, nil for any size.
  ///
  /// SAME (TensorFlow) makes ceil(size / stride) positions, and needs padding for the last of them,
  /// the larger half of it behind the image. With a stride of 1, or a kernel of 1, that is the same
  /// for every size; otherwise the size decides, and where it is not known the runtime does
  /// (`SAME_UPPER`, which is this rule). Symmetric padding is PyTorch's: as many pixels on both sides.
  ///
  /// - Throws: `Failure` (`badInput`) where the numbers make no sense; (`usage`) where the image is
  ///   too small.
  init(kernel: Int, stride: Int, edges: Edges, size: Int?, place: String) throws {
    guard (1...1024).contains(kernel), (1...1024).contains(stride) else {
      throw Failure(
        place: place, expected: "a kernel and a stride of 1 to 1024 pixels",
        found: "kernel \(kernel), stride \(stride)")
    }
    var attributes = [
      OnnxNode.Attribute("kernel_shape", .integers([kernel, kernel])),
      OnnxNode.Attribute("strides", .integers([stride, stride])),
    ]
    let before: Int
    let after: Int
    switch edges {
    case .rule(.same) where kernel == 1 || stride == 1:
      (before, after) = ((kernel - 1) / 2, kernel / 2)
      count = size.map { ($0 - 1) / stride + 1 }
    case .rule(.same):
      guard let size else {
        attributes.append(OnnxNode.Attribute("auto_pad", .text("SAME_UPPER")))
        self.attributes = attributes
        count = nil
        return
      }
      let positions = (size - 1) / stride + 1
      let total = max((positions - 1) * stride + kernel - size, 0)
      (before, after) = (total / 2, total - total / 2)
      count = positions
    case .rule(.symmetric), .pixels:
      var pixels = (kernel - 1) / 2
      if case .pixels(let number) = edges { pixels = number }
      guard (0..<kernel).contains(pixels) else {
        throw Failure(
          place: place, expected: "padding of 0 to \(kernel - 1) pixels", found: "\(pixels)")
      }
      (before, after) = (pixels, pixels)
      let room = size.map { $0 + 2 * pixels - kernel }
      guard room ?? 0 >= 0 else {
        throw Failure(
          .usage, place: place, "images of this size (input.size) have no pixels left here")
      }
      count = room.map { $0 / stride + 1 }
    }
    attributes.append(OnnxNode.Attribute("pads", .integers([before, before, after, after])))
    self.attributes = attributes
  }
}
