import Tensors

/// An operator of a graph, and the names of what it takes and gives.
public struct OnnxNode: Sendable {
  /// The operator, of the standard domain: `Conv`.
  public var operation: String
  /// The node's name, for people.
  public var name: String
  /// Names of what it takes, in the operator's order.
  public var inputs: [String]
  /// Names of what it gives.
  public var outputs: [String]
  /// Its attributes, in the order in which they are written.
  public var attributes: [Attribute]

  /// A value that an operator does not take as an input.
  public enum Value: Sendable {
    case integer(Int)
    case integers([Int])
    case real(Float)
    case text(String)
    case tensor(Tensor)
  }

  /// An attribute: a name and a value.
  public struct Attribute: Sendable {
    /// The name, as the operator's definition has it.
    public var name: String
    /// The value.
    public var value: Value

    /// A named value.
    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// A node of one output, which has the node's name.
  public init(
    _ operation: String, _ name: String, _ inputs: [String], _ attributes: [Attribute] = []
  ) {
    self.operation = operation
    self.name = name
    self.inputs = inputs
    self.attributes = attributes
    outputs = [name]
  }

  var message: ProtobufMessage {
    var node = ProtobufMessage()
    for name in inputs { node.add(OnnxNumbers.Node.input, name) }
    for name in outputs { node.add(OnnxNumbers.Node.output, name) }
    node.add(OnnxNumbers.Node.name, name)
    node.add(OnnxNumbers.Node.operation, operation)
    for attribute in attributes { node.add(OnnxNumbers.Node.attribute, attribute.message) }
    return node
  }
}

extension OnnxNode.Attribute {
  var message: ProtobufMessage {
    typealias Field = OnnxNumbers.Attribute
    var message = ProtobufMessage()
    message.add(Field.name, name)
    switch value {
    case .real(let number):
      message.add(Field.real, number)
      message.add(Field.kind, OnnxNumbers.AttributeKind.real)
    case .integer(let number):
      message.add(Field.integer, number)
      message.add(Field.kind, OnnxNumbers.AttributeKind.integer)
    case .text(let text):
      message.add(Field.text, text)
      message.add(Field.kind, OnnxNumbers.AttributeKind.text)
    case .tensor(let tensor):
      message.add(Field.tensor, OnnxInitializer("", tensor).message)
      message.add(Field.kind, OnnxNumbers.AttributeKind.tensor)
    case .integers(let numbers):
      for number in numbers { message.add(Field.integers, number) }
      message.add(Field.kind, OnnxNumbers.AttributeKind.integers)
    }
    return message
  }
}
