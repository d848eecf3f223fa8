#if ONEDNN
  import COneDNN
  import OneDNN

  /// Max-pooling of some pictures made ready.
  final class OneDNNPooling {
    /// What the library must know.
    struct Shape: Hashable {
      /// [N, C, H, W] as stored.
      var input: [Int]
      var window: Window
      var type: OneDNNElementType
    }

    let forward: OneDNNPrimitive
    let toSource: OneDNNPrimitive

    /// Both ways made ready.
    ///
    /// - Throws: `Failure` where the library refuses.
    init(_ shape: Shape, on device: OneDNNDevice) throws {
      let window = shape.window
      let input = try OneDNNLayout(shape.input, dnnl_nChw16c, shape.type)
      let output = try OneDNNLayout(
        Array(shape.input.prefix(2)) + window.count, dnnl_nChw16c, shape.type)
      let kernel = window.kernel.map(Int64.init)
      let strides = window.stride.map(Int64.init)
      let before = window.before.map(Int64.init)
      let after = window.after.map(Int64.init)
      let forward = try unsafe OneDNNPrimitive("max-pooling", on: device) {
        unsafe onednn_pooling(
          $0, $1, dnnl_forward_training, dnnl_pooling_max, input.pointer, output.pointer, kernel,
          strides, before, after, $2)
      }
      self.forward = forward
      toSource = try unsafe OneDNNPrimitive("gradient of max-pooling", on: device) {
        unsafe onednn_max_pooling_to_source(
          $0, $1, input.pointer, output.pointer, kernel, strides, before, after,
          forward.operation, $2)
      }
    }
  }
#endif
