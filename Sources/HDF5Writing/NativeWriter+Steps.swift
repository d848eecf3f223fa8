import Archives
import Tensors

/// The steps of writing a native file, in order.
struct NativeWriter: ~Copyable {
  private let structure: StructureWriter
  private let file: OutputFile
  private let tensors: [NativeTensor]
  private var names: NameTree

  /// Creates the file with its groups.
  init(_ plan: Plan, file: OutputFile) throws {
    func room(_ path: String) -> LinkRoom { LinkRoom(plan.names.members[path] ?? []) }
    let structure = try StructureWriter(
      path: file.path, root: room(""), metadata: plan.metadata)
    for group in plan.groups { try structure.makeGroup(group, room(group)) }
    self.structure = structure
    self.file = file
    tensors = plan.tensors
    names = plan.names
  }

  /// Makes all tensors' datasets, then writes and hashes their bytes.
  func writeTensors(threads: Int, _ meter: ProgressMeter) throws -> [WrittenTensor] {
    let offsets = try tensors.map { item in
      let type = item.tensor.elementType
      return try structure.makeDataset(
        item.path, type, shape: item.tensor.shape,
        [(NativeLayout.Attribute.elementType, .text(type.rawValue))])
    }
    let digests = try writeData(
      zip(tensors, offsets).map { ($0.tensor, $1) }, to: file, threads: threads, meter)
    var written: [WrittenTensor] = []
    for (item, (offset, digest)) in zip(tensors, zip(offsets, digests)) {
      try structure.setDigest(digest, of: item.path)
      written.append(
        WrittenTensor(
          path: item.path, elementType: item.tensor.elementType, shape: item.tensor.shape,
          offset: offset, byteCount: item.tensor.byteCount, digest: digest))
    }
    return written
  }

  /// Adds documents, and last the index of everything else, which is the result.
  mutating func writeDocuments(
    _ documents: [NativeDocument], index written: [WrittenTensor]
  ) throws -> WrittenTensor {
    var entries = written
    for document in documents.sorted(by: { $0.path < $1.path }) {
      entries.append(try write(document))
    }
    return try write(
      NativeDocument(
        path: NativeLayout.indexPath, bytes: IndexEntry.document(entries),
        schema: NativeLayout.indexSchema))
  }

  /// Gives the root its attributes, the layout's own first.
  func setRootAttributes(_ attributes: [(String, AttributeValue)]) throws {
    let (major, minor) = NativeLayout.version
    let own: [(String, AttributeValue)] = [
      (NativeLayout.Attribute.format, .text(NativeLayout.format)),
      (NativeLayout.Attribute.version, .uint32s([major, minor])),
    ]
    for (name, value) in attributes where own.contains(where: { $0 == name && $1 != value }) {
      throw Failure(.usage, "the attribute \(name) is written by the layout itself")
    }
    let others = attributes.filter { name, _ in !own.contains { $0.0 == name } }
    for (name, value) in own + others { try structure.setRootAttribute(name, value) }
  }

  /// Writes what libhdf5 has buffered and closes the file.
  consuming func close() throws {
    let structure = self.structure
    try structure.close()
  }

  private mutating func write(_ document: NativeDocument) throws -> WrittenTensor {
    for group in try names.add(document.path) {
      try structure.makeGroup(group, LinkRoom(names.members[group] ?? []))
    }
    let shape = [document.bytes.count]
    let offset = try structure.makeDataset(
      document.path, .uint8, shape: shape,
      [(NativeLayout.Attribute.schema, .text(document.schema))])
    try unsafe document.bytes.withUnsafeBytes { try unsafe file.send($0, at: offset) }
    let digest = Digest(of: document.bytes)
    try structure.setDigest(digest, of: document.path)
    return WrittenTensor(
      path: document.path, elementType: .uint8, shape: shape, offset: offset,
      byteCount: document.bytes.count, digest: digest)
  }
}
