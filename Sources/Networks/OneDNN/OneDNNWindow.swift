#if ONEDNN
  import Checkpoints
  import Tensors

  /// How a window moves along one axis of a picture, in pixels.
  struct OneDNNWindow: Hashable {
    /// The window's length.
    let kernel: Int
    /// The distance between neighbouring windows.
    let stride: Int
    /// Pixels added before the picture.
    let before: Int
    /// Pixels added after it.
    let after: Int
    /// The number of windows.
    let count: Int

    /// What is added around a picture.
    enum Edges: Hashable {
      /// By the contract's rule.
      case rule(Contract.Padding)
      /// The same number of pixels on every side.
      case pixels(Int)
    }

    /// The windows over `length` pixels.
    ///
    /// SAME is TensorFlow's rule: ceil(length / stride) windows, and of the pixels they need beyond
    /// the picture the odd one comes after it. Symmetric is PyTorch's: (kernel - 1) / 2 on each side
    /// and as many windows as fit.
    ///
    /// - Throws: `Failure` (`badInput`) where no window fits, or the stride is none.
    init(over length: Int, kernel: Int, stride: Int, edges: Edges, place: String) throws {
      guard (1...256).contains(stride), (1...256).contains(kernel) else {
        throw Failure(
          place: place, expected: "a kernel and a stride of 1 to 256 pixels",
          found: "kernel \(kernel), stride \(stride)")
      }
      self.kernel = kernel
      self.stride = stride
      switch edges {
      case .rule(.same):
        count = (length + stride - 1) / stride
        let missing = max((count - 1) * stride + kernel - length, 0)
        before = missing / 2
        after = missing - before
        return
      case .rule(.symmetric): before = (kernel - 1) / 2
      case .pixels(let pixels): before = pixels
      }
      guard (0..<kernel).contains(before) else {
        throw Failure(
          place: place, expected: "a padding of 0 to \(kernel - 1) pixels", found: "\(before)")
      }
      after = before
      guard length + before + after >= kernel else {
        throw Failure(
          place: place, expected: "a picture of at least \(kernel - before - after) pixels",
          found: "\(length)")
      }
      count = (length + before + after - kernel) / stride + 1
    }
  }
#endif
