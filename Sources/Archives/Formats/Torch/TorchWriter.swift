import Tensors

/// Writes a tree as `torch.save` does, so that `torch.load` takes it, with `weights_only` too unless
/// the tree has objects of other classes.
///
/// The members `.format_version` and `.storage_alignment` are left out: with them PyTorch may reckon
/// where storages are, by the lengths of headers as its own writer has them, instead of looking.
final class TorchWriter {
  private static let root = "archive"
  private var tensors: [TorchStoredTensor] = []
  private var pickle: [UInt8] = []

  /// Writes `node` at the current position of `file`.
  ///
  /// - Throws: `Failure` (`usage`) where a value cannot be written; (`inputOutput`).
  static func write(_ node: Node, to file: OutputFile) throws {
    let writer = TorchWriter()
    try writer.makePickle(node)
    let zip = ZipWriter(file, padding: .torch)
    func add(_ name: String, _ bytes: [UInt8]) throws {
      try unsafe zip.add("\(root)/\(name)", size: bytes.count) { put in
        try unsafe bytes.withUnsafeBytes { try unsafe put($0) }
      }
    }
    try add(TorchMembers.object, writer.pickle)
    try add("byteorder", Array("little".utf8))
    for (key, tensor) in writer.tensors.enumerated() {
      let elements = tensor.elements
      try unsafe zip.add("\(root)/data/\(key)", size: elements.byteCount) {
        try unsafe elements.forEachSlab($0)
      }
    }
    try add("version", Array("3\n".utf8))
    try add(".data/serialization_id", identifier(of: zip))
    try zip.finish()
  }

  /// Forty digits that are others for other content, as PyTorch notes them for its own statistics:
  /// FNV-1a of the names, and of the checksums.
  private static func identifier(of zip: ZipWriter) -> [UInt8] {
    func digits(_ bytes: some Sequence<UInt8>) -> String {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      let text = String(hash)
      return String(repeating: "0", count: 20 - text.count) + text
    }
    let checksums = zip.entries.flatMap { entry in
      entry.checksum.littleEndianBytes
    }
    return Array((digits(zip.entries.flatMap { $0.name.utf8 }) + digits(checksums)).utf8)
  }

  private func makePickle(_ node: Node) throws {
    let writer = unsafe PickleWriter(.two) { [self] in unsafe pickle.append(contentsOf: $0) }
    writer.tensorWriter = { [self] in try write($1, with: $0) }
    try writer.write(node)
    // The closures hold this object.
    writer.tensorWriter = nil
  }

  /// Writes a call that makes the tensor a view of a storage of its own.
  private func write(_ tensor: Tensor, with writer: PickleWriter) throws {
    let key = tensors.count
    let stored = TorchStoredTensor(tensor)
    tensors.append(stored)
    let type = tensor.elementType
    let storage = TorchType.storageName(type)
    try writer.call("torch._utils", storage == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2") {
      try writer.tuple(storage == nil ? 7 : 6) {
        try writer.tuple(5) {
          try writer.text("storage")
          try writer.global(
            storage.map { try PickleGlobal("torch", $0) }
              ?? PickleGlobal("torch.storage", "UntypedStorage"))
          try writer.text(String(key))
          try writer.text("cpu")
          try writer.integer(storage == nil ? tensor.byteCount : tensor.count)
        }
        try writer.put(.binPersistentID)
        try writer.integer(0)
        try writer.tuple(stored.shape.map { .integer($0) })
        try writer.tuple(stored.strides.map { .integer($0) })
        try writer.put(.newFalse)
        try writer.call("collections", "OrderedDict") { try writer.put(.emptyTuple) }
        if storage == nil { try writer.global(PickleGlobal("torch", type.rawValue)) }
      }
    }
  }
}
