import Tensors

/// A graph of operators over named tensors: inputs, initializers, and what nodes make of them.
public struct OnnxGraph: Sendable {
  /// The graph's name.
  public var name: String
  /// The operators, each after those whose outputs it takes.
  public var nodes: [OnnxNode] = []
  /// The weights.
  public var initializers: [OnnxInitializer] = []
  /// What is given.
  public var inputs: [OnnxValue] = []
  /// What comes out.
  public var outputs: [OnnxValue] = []

  /// An empty graph.
  public init(name: String) { self.name = name }

  /// The number of a type, for operators that take one: `Cast`.
  public static func elementTypeNumber(_ type: ElementType) -> Int { type.onnxNumber }

  var message: ProtobufMessage {
    var graph = ProtobufMessage()
    for node in nodes { graph.add(OnnxNumbers.Graph.node, node.message) }
    graph.add(OnnxNumbers.Graph.name, name)
    for tensor in initializers { graph.add(OnnxNumbers.Graph.initializer, tensor.message) }
    for value in inputs { graph.add(OnnxNumbers.Graph.input, value.message) }
    for value in outputs { graph.add(OnnxNumbers.Graph.output, value.message) }
    return graph
  }
}

/// A tensor of a graph, and its name.
public struct OnnxInitializer: Sendable {
  /// The name, which nodes take it by.
  public var name: String
  /// The tensor.
  public var tensor: Tensor

  /// A named tensor.
  public init(_ name: String, _ tensor: Tensor) {
    self.name = name
    self.tensor = tensor
  }

  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for length in tensor.shape { message.add(OnnxNumbers.Tensor.lengths, length) }
    message.add(OnnxNumbers.Tensor.elementType, tensor.elementType.onnxNumber)
    if !name.isEmpty { message.add(OnnxNumbers.Tensor.name, name) }
    message.add(OnnxNumbers.Tensor.raw, elementsOf: tensor)
    return message
  }
}

/// An input or output of a graph.
public struct OnnxValue: Sendable {
  /// The length of an axis.
  public enum Length: Sendable, Hashable {
    /// So many elements.
    case fixed(Int)
    /// As many as are given, called by a name.
    case symbol(String)
  }

  /// The name.
  public var name: String
  /// The type of the elements.
  public var elementType: ElementType
  /// The length of each axis.
  public var shape: [Length]
  /// What it is, for people; empty for nothing.
  public var description: String

  /// A value of a type and shape.
  public init(
    _ name: String, _ elementType: ElementType, shape: [Length], description: String = ""
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.description = description
  }

  var message: ProtobufMessage {
    var lengths = ProtobufMessage()
    for length in shape {
      var dimension = ProtobufMessage()
      switch length {
      case .fixed(let count): dimension.add(OnnxNumbers.Value.length, count)
      case .symbol(let name): dimension.add(OnnxNumbers.Value.symbol, name)
      }
      lengths.add(OnnxNumbers.Value.dimension, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(OnnxNumbers.Value.elementType, elementType.onnxNumber)
    tensor.add(OnnxNumbers.Value.shape, lengths)
    var type = ProtobufMessage()
    type.add(OnnxNumbers.Value.tensorType, tensor)
    var message = ProtobufMessage()
    message.add(OnnxNumbers.Value.name, name)
    message.add(OnnxNumbers.Value.type, type)
    if !description.isEmpty { message.add(OnnxNumbers.Value.description, description) }
    return message
  }
}
