import Tensors

/// An ONNX file as far as weights are concerned: the graph's initializers and the model's metadata.
///
/// Nodes, functions and graphs inside nodes are passed over unread, so that nothing nests.
struct OnnxReader {
  private let file: MappedFile
  private let bytes: CheckedBytes
  private var entries: [(String, Node)] = []
  private var attributes: [Node.Entry] = []
  private var names: Set<String> = []
  private var keys: Set<String> = []
  private var initializerCount = 0
  private var metadataSize = 0

  /// The most initializers of a graph; ResNet-200 has about a thousand.
  private static let initializerLimit = 100_000
  /// The most bytes of metadata, and the most entries.
  private static let metadataLimit = (bytes: 1 << 24, entries: 4096)

  /// A reader of a file whose bytes are `bytes`.
  init(_ file: MappedFile, _ bytes: CheckedBytes) {
    self.file = file
    self.bytes = bytes
  }

  /// Reads the model: a dictionary of initializers and documents, and the metadata as attributes.
  ///
  /// - Throws: `Failure` (`badInput`) that names the message and the byte.
  mutating func archive(format: String) throws -> Archive {
    var fields = ProtobufFields(bytes, 0..<bytes.count, place: "model")
    var graph: Range<Int>?
    var hasOperators = false
    while let field = try fields.next() {
      switch field.number {
      case OnnxNumbers.Model.graph:
        guard graph == nil else {
          throw Failure(
            place: "model, byte \(field.offset)", expected: "one graph", found: "several")
        }
        graph = try field.part
      case OnnxNumbers.Model.operatorSet: hasOperators = true
      case OnnxNumbers.Model.metadata: try addMetadata(field)
      default: break
      }
    }
    guard let graph else { throw Failure(place: "model", expected: "a graph", found: "none") }
    // Every model has one; where it is missing, the file was cut off behind the graph.
    guard hasOperators else {
      throw Failure(place: "model", expected: "a set of operators behind the graph", found: "none")
    }
    try readGraph(graph)
    return Archive(.dict(entries), format: format, attributes: attributes)
  }

  private mutating func readGraph(_ range: Range<Int>) throws {
    var fields = ProtobufFields(bytes, range, place: "graph")
    while let field = try fields.next() {
      switch field.number {
      case OnnxNumbers.Graph.initializer: try addInitializer(field.part)
      case OnnxNumbers.Graph.sparseInitializer:
        throw Failure(
          place: "graph, byte \(field.offset)", expected: "dense initializers",
          found: "a sparse one")
      default: break
      }
    }
  }

  private mutating func addInitializer(_ range: Range<Int>) throws {
    guard initializerCount < Self.initializerLimit else {
      throw Failure(
        place: "graph", expected: "at most \(Self.initializerLimit) initializers", found: "more")
    }
    let reader = try OnnxTensorReader(bytes, range, number: initializerCount, of: file)
    initializerCount += 1
    guard !reader.name.isEmpty else {
      throw Failure(place: reader.place, expected: "a name", found: "none")
    }
    try add(reader.name, .tensor(reader.tensor()))
  }

  /// A property is an attribute of the archive; one of our documents is a leaf, as in every format.
  private mutating func addMetadata(_ field: ProtobufField) throws {
    let place = "metadata at byte \(field.offset)"
    metadataSize += try field.part.count
    guard metadataSize <= Self.metadataLimit.bytes, keys.count < Self.metadataLimit.entries else {
      throw Failure(
        place: place,
        expected: "at most \(Self.metadataLimit.entries) entries and "
          + "\(Self.metadataLimit.bytes) bytes of metadata", found: "more")
    }
    let entry = try OnnxText.entry(bytes, field)
    let key = try OnnxText.name(bytes[entry.key], place: place)
    guard keys.insert(key).inserted else {
      throw Failure(place: place, expected: "one value of '\(key)'", found: "several")
    }
    if key.hasPrefix(Onnx.documentPrefix) {
      let name = String(key.dropFirst(Onnx.documentPrefix.count))
      let json = ByteSlice(file, entry.value)
      try add(name, .tensor(Tensor(.uint8, shape: [json.count], source: json)))
    } else {
      let value = try OnnxText.text(bytes[entry.value], place: place)
      attributes.append(Node.Entry(.text(key), .text(value)))
    }
  }

  private mutating func add(_ name: String, _ value: Node) throws {
    guard names.insert(name).inserted else {
      throw Failure(place: "'\(name)'", expected: "one value of that name", found: "several")
    }
    entries.append((name, value))
  }
}
