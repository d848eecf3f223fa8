#if ONEDNN
  import COneDNN
  import OneDNN

  /// Weights in the processor's layouts, shared by the programs of a session: a network of one
  /// gigabyte is not kept twice for two sizes of picture.
  final class OneDNNWeights {
    /// Where all that share them run.
    let processor: OneDNNProcessor
    private var owners: [String: [OneDNNPrimitive]] = [:]

    /// No weights yet.
    ///
    /// - Throws: `Failure` where the library refuses.
    init() throws { processor = try OneDNNProcessor() }

    /// Gives a layer the weights that were laid out for it, if a layout is the one it wants.
    ///
    /// - Throws: `Failure` where the library refuses.
    func give(_ path: String, to primitive: OneDNNPrimitive) throws -> Bool {
      let wanted = unsafe primitive.layout(of: DNNL_ARG_WEIGHTS)
      for owner in owners[path] ?? [] {
        guard let layout = unsafe owner.layout(of: DNNL_ARG_WEIGHTS), let wanted = unsafe wanted,
          unsafe onednn_layouts_agree(layout, wanted),
          let weights = owner.kept(DNNL_ARG_WEIGHTS), let bias = owner.kept(DNNL_ARG_BIAS)
        else { continue }
        try primitive.keep(weights, as: DNNL_ARG_WEIGHTS)
        try primitive.keep(bias, as: DNNL_ARG_BIAS)
        return true
      }
      return false
    }

    /// Remembers the weights of a layer.
    func take(_ path: String, from primitive: OneDNNPrimitive) {
      owners[path, default: []].append(primitive)
    }
  }
#endif
