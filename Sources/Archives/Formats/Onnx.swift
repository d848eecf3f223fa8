import Tensors

/// ONNX's file of a graph and its weights: one protobuf message, a `ModelProto`.
///
/// The archive's root is a dictionary of the graph's initializers, under their names, whole even where
/// they hold `/`, in the file's order. They are views of the mapped file; only numbers of variable
/// length are decoded, one tensor at a time, when their bytes are asked for. The model's metadata are
/// the archive's attributes, but for the documents of a native checkpoint, which are arrays of bytes as
/// they are in the other formats. The graph itself is not read, and data outside the file neither.
public struct Onnx: ArchiveFormat {
  /// What the keys of metadata begin with that are documents: `byol-checkpoint/contract`.
  static let documentPrefix = NativeLayout.format + "/"

  /// The format; it has no options.
  public init() {}

  /// `onnx`.
  public var name: String { "onnx" }
  /// What people call it.
  public var title: String { "ONNX model" }
  /// `onnx`.
  public var extensions: [String] { ["onnx"] }
  /// Initializers are one dictionary.
  public var isFlat: Bool { true }
  /// Numbers become tensors, and texts have no place.
  public var holdsScalars: Bool { false }

  /// Whether the file begins as a `ModelProto` does: the version of the format, then fields of a model
  /// of the right kinds up to a graph.
  ///
  /// Protobuf has no signature, so that every field before the graph has to be right.
  public func recognises(_ file: MappedFile) -> Bool {
    let found = try? unsafe file.withCheckedBytes { bytes -> Bool in
      var fields = ProtobufFields(bytes, 0..<bytes.count, place: "model")
      guard let first = try fields.next(), first.number == OnnxNumbers.Model.irVersion,
        (1...1000).contains(try first.integer)
      else { return false }
      // A model has few fields of its own; what has many is something else.
      for _ in 0..<Self.headLimit {
        if Self.graphBegins(bytes, fields) { return true }
        guard let field = try fields.next(), Self.isPlausible(field) else { return false }
      }
      return false
    }
    return found ?? false
  }

  private static let headLimit = 10_000

  /// Whether a graph that is not empty comes next; one that the end of the file cuts off is one too.
  private static func graphBegins(
    _ bytes: CheckedBytes, _ fields: ProtobufFields
  ) -> Bool {
    var fields = fields
    guard (try? fields.varint()) == UInt64(OnnxNumbers.Model.graph << 3 | 2),
      let length = try? fields.varint(), length > 0
    else { return false }
    // All fields of a graph are texts and messages.
    return fields.isAtEnd || bytes[fields.position] & 7 == 2
  }

  private static func isPlausible(_ field: ProtobufField) -> Bool {
    switch field.number {
    case OnnxNumbers.Model.irVersion, OnnxNumbers.Model.modelVersion:
      (try? field.integer) != nil
    case OnnxNumbers.Model.producerName, OnnxNumbers.Model.producerVersion,
      OnnxNumbers.Model.domain, OnnxNumbers.Model.description, OnnxNumbers.Model.operatorSet,
      OnnxNumbers.Model.metadata, OnnxNumbers.Model.trainingInfo, OnnxNumbers.Model.functions,
      OnnxNumbers.Model.configuration:
      (try? field.part) != nil
    default: false
    }
  }

  /// Reads initializers and metadata; the elements stay where they are.
  ///
  /// - Throws: `Failure` (`badInput`) that names the message and the byte.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      return try unsafe file.withCheckedBytes { bytes in
        var reader = OnnxReader(file, bytes)
        return try reader.archive(format: name)
      }
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes an archive whose root is a dictionary of tensors and numbers under text keys: a model
  /// whose graph has initializers and computes nothing.
  ///
  /// The same archive gives the same bytes.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    guard case .mapping(_, let entries) = archive.root else {
      throw Failure(.usage, "\(title) files hold a dictionary of tensors")
    }
    var graph = OnnxGraph(name: "weights")
    graph.initializers = try entries.map { entry in
      guard case .text(let key) = entry.key, !key.isEmpty else {
        throw Failure(.usage, place: "\(entry.key)", "\(title) files name tensors by text")
      }
      return OnnxInitializer(key, try Self.tensor(entry.value, at: key))
    }
    try OnnxModel(graph: graph, producer: ("byol-checkpoints", "")).write(to: file)
  }

  private static func tensor(_ value: Node, at key: String) throws -> Tensor {
    switch value {
    case .tensor(let tensor): tensor
    case .bool(let value): try Tensor(.bool, shape: [], bytes: [value ? 1 : 0])
    case .integer(let value):
      try Tensor(
        .int64, shape: [], bytes: Int64(value).littleEndianBytes)
    case .real(let value): try Tensor(doubles: [value], shape: [])
    default:
      throw Failure(.usage, place: key, "ONNX files hold tensors and numbers, and this is neither")
    }
  }
}
