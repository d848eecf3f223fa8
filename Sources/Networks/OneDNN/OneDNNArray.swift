#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// An activation, NHWC; [N, C] is [N, 1, 1, C].
  struct OneDNNArray {
    /// Pictures.
    let batch: Int
    /// Rows of a picture.
    let height: Int
    /// Columns of a picture.
    let width: Int
    /// Channels.
    let channels: Int
    /// What the values are stored as.
    let type: Precision
    /// The values.
    let buffer: OneDNNBuffer

    /// An array whose values are undefined.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory for it.
    init(
      _ batch: Int, _ height: Int, _ width: Int, _ channels: Int, _ type: Precision = .float32,
      on device: OneDNNDevice
    ) throws {
      let shape = [batch, channels, height, width]
      guard let count = Tensor.elementCount(of: shape), count <= Int.max / 4 else {
        throw Failure(.inputOutput, "no memory for an activation of the shape \(shape)")
      }
      self.batch = batch
      self.height = height
      self.width = width
      self.channels = channels
      self.type = type
      buffer = try device.buffer(bytes: count * type.size)
    }

    /// The pictures `range` of an activation [N, C, H, W].
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory for it.
    init(_ activation: Activation, pictures range: Range<Int>, on device: OneDNNDevice) throws {
      let shape = activation.shape
      try self.init(range.count, shape[2], shape[3], shape[1], on: device)
      let area = height * width
      let channels = channels
      let values = try unsafe buffer.floats
      let start = range.lowerBound * channels * area
      unsafe activation.values.withUnsafeBufferPointer { source in
        for picture in 0..<range.count {
          let base = picture * channels * area
          for channel in 0..<channels {
            let plane = start + base + channel * area
            for pixel in 0..<area {
              unsafe values[base + pixel * channels + channel] = Float(source[plane + pixel])
            }
          }
        }
      }
    }

    /// The lengths in the library's order of axes: N, C, H, W.
    var lengths: [Int64] { [batch, channels, height, width].map(Int64.init) }

    /// The shape, for messages and as key of what was made for it.
    var shape: [Int] { [batch, channels, height, width] }

    /// The library's description of these pictures, NHWC.
    ///
    /// - Throws: `Failure` where the library refuses.
    func layout() throws -> OneDNNHandle { try Self.layout(lengths, dnnl_nhwc, type) }

    /// The library's description of these vectors, [N, C].
    ///
    /// - Throws: `Failure` where the library refuses.
    func vectorLayout() throws -> OneDNNHandle {
      try Self.layout([batch, channels * height * width].map(Int64.init), dnnl_nc, type)
    }

    /// A copy as [N, C, H, W].
    ///
    /// - Throws: `Failure` where the array has no memory.
    var activation: Activation {
      get throws {
        let area = height * width
        let floats = unsafe UnsafeBufferPointer(try buffer.floats)
        let values = unsafe [Double](unsafeUninitializedCapacity: floats.count) { result, count in
          for picture in 0..<batch {
            let base = picture * channels * area
            for channel in 0..<channels {
              for pixel in 0..<area {
                unsafe result.initializeElement(
                  at: base + channel * area + pixel,
                  to: Double(floats[base + pixel * channels + channel]))
              }
            }
          }
          count = floats.count
        }
        return Activation(shape: shape, values: values)
      }
    }

    /// A copy as [N, C], of an array of one pixel.
    ///
    /// - Throws: `Failure` where the array has no memory.
    var vectors: Activation {
      get throws {
        unsafe Activation(
          shape: [batch, channels * height * width], values: try buffer.floats.map(Double.init))
      }
    }

    /// The library's description of a tensor.
    ///
    /// - Throws: `Failure` where the library refuses.
    static func layout(
      _ lengths: [Int64], _ tag: dnnl_format_tag_t, _ type: Precision = .float32
    ) throws -> OneDNNHandle {
      try unsafe OneDNNHandle("layout of \(lengths)", destroyedBy: unsafe onednn_layout_destroy) {
        unsafe onednn_typed_layout_create($0, Int32(lengths.count), lengths, tag, type.oneDNN)
      }
    }
  }
#endif
