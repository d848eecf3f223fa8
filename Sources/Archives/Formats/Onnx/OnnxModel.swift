import Tensors

/// A model as it is written: a graph, what made it, and what is to be known of it.
///
/// Messages and fields are those of `onnx.proto`. The format's version is 8 and the operators' is 17:
/// every runtime of the last years reads them.
public struct OnnxModel: Sendable {
  /// The graph.
  public var graph: OnnxGraph
  /// The program that made it, and its version; empty where there is none.
  public var producer: (name: String, version: String)
  /// Texts about the model by key, in the order in which they are written; keys are different.
  public var metadata: [(key: String, value: String)] = []

  /// The version of the format: `ir_version`.
  public static let irVersion = 8
  /// The version of the operators: `opset_import` of the standard domain.
  public static let operatorSet = 17
  /// The most bytes of a protobuf message, and with it of a model.
  public static let sizeLimit = 1 << 31 - 1

  /// A model without metadata.
  public init(graph: OnnxGraph, producer: (name: String, version: String)) {
    self.graph = graph
    self.producer = producer
  }

  /// Writes the model; tensors are read as they are written.
  ///
  /// - Throws: `Failure` (`usage`) where it has more than 2 GB, which no protobuf message has;
  ///   (`inputOutput`) where the system refuses.
  public func write(to file: OutputFile) throws {
    let message = message
    guard message.byteCount <= Self.sizeLimit else {
      throw Failure(
        .usage,
        "an ONNX file has at most 2 GB, and this one would have "
          + "\(Numbers.bytes(message.byteCount)); h5 and safetensors hold more")
    }
    try message.write(to: file)
  }

  /// The whole message.
  var message: ProtobufMessage {
    var model = ProtobufMessage()
    model.add(OnnxNumbers.Model.irVersion, Self.irVersion)
    model.add(OnnxNumbers.Model.producerName, producer.name)
    if !producer.version.isEmpty {
      model.add(OnnxNumbers.Model.producerVersion, producer.version)
    }
    model.add(OnnxNumbers.Model.graph, graph.message)
    var operators = ProtobufMessage()
    operators.add(OnnxNumbers.OperatorSet.domain, "")
    operators.add(OnnxNumbers.OperatorSet.version, Self.operatorSet)
    model.add(OnnxNumbers.Model.operatorSet, operators)
    for (key, value) in metadata {
      var entry = ProtobufMessage()
      entry.add(OnnxNumbers.Property.key, key)
      entry.add(OnnxNumbers.Property.value, value)
      model.add(OnnxNumbers.Model.metadata, entry)
    }
    return model
  }

  /// The key of a document of a native checkpoint: reading gives it as the leaf `name`.
  public static func key(ofDocument name: String) -> String { Onnx.documentPrefix + name }
}
