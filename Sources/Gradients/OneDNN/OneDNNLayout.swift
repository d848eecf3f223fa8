#if ONEDNN
  import COneDNN
  import OneDNN

  /// Where the elements of a tensor lie, and their type.
  final class OneDNNLayout {
    private let handle: OneDNNHandle

    /// A layout of the library's own format (`dnnl_format_tag_any`: whichever it likes best).
    ///
    /// - Throws: `Failure` where the library refuses.
    init(_ lengths: [Int], _ tag: dnnl_format_tag_t, _ type: OneDNNElementType = .float32) throws {
      let lengths64 = lengths.map(Int64.init)
      handle = try unsafe OneDNNHandle(
        "layout of \(lengths)", destroyedBy: unsafe onednn_layout_destroy
      ) {
        unsafe onednn_typed_layout_create(
          $0, Int32(clamping: lengths.count), lengths64, tag, type.tag)
      }
    }

    /// The library's description.
    var pointer: OpaquePointer { unsafe handle.pointer }
  }

  /// How numbers lie in memory.
  enum OneDNNElementType: Hashable {
    case float32, bfloat16

    /// The library's name for it.
    var tag: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
    /// The bytes of a number.
    var bytes: Int { self == .float32 ? 4 : 2 }
  }
#endif
