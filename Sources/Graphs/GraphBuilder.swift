import Archives
import Checkpoints
import Tensors

/// A graph being built from a checkpoint's tensors, layer after layer.
///
/// Weights keep their native names and their bits: nothing is folded, transposed or widened in the
/// file. Half and double precision weights are cast to float32 by the graph. A node has the name of
/// the stage it computes, as the probe calls it, and so has its output.
struct GraphBuilder {
  let checkpoint: Checkpoint
  /// `online` or `target`.
  let branch: String
  /// The graph so far.
  var graph: OnnxGraph
  private var taken: [String: String] = [:]

  /// Values between layers.
  struct Value {
    /// The name.
    var name: String
    /// Channels or features.
    var channels: Int
    /// Height and width, or nil where they are not known, or there are none.
    var size: Int?
  }

  /// A builder with nothing built yet.
  init(_ checkpoint: Checkpoint, branch: Branch, name: String) {
    self.checkpoint = checkpoint
    self.branch = branch.rawValue
    graph = OnnxGraph(name: name)
  }

  /// What the contract says of the encoder.
  var encoder: Contract.Encoder { checkpoint.contract.encoder }

  /// The native name of a part of the encoder.
  func path(_ part: String) -> String { "\(branch)/encoder/\(part)" }

  /// Whether the checkpoint has a tensor.
  func has(_ path: String) -> Bool { checkpoint[path] != nil }

  /// Adds a node and gives the name of its output.
  mutating func add(
    _ operation: String, _ name: String, _ inputs: [String],
    _ attributes: [OnnxNode.Attribute] = []
  ) -> String {
    graph.nodes.append(OnnxNode(operation, name, inputs, attributes))
    return name
  }

  /// Adds a constant, which is no weight, and gives its name.
  mutating func addConstant(_ name: String, _ tensor: Tensor) -> String {
    add("Constant", name, [], [OnnxNode.Attribute("value", .tensor(tensor))])
  }

  /// Takes a weight into the graph and gives the name of it in float32.
  ///
  /// - Throws: `Failure` (`badInput`) where the checkpoint has none, or not of the shape, which is
  ///   nil where a length is any.
  mutating func weight(_ path: String, _ shape: [Int?]) throws -> (name: String, tensor: Tensor) {
    let tensor = try checkpoint.tensor(path)
    guard tensor.shape.count == shape.count,
      zip(tensor.shape, shape).allSatisfy({ $0 > 0 && $0 == $1 ?? $0 })
    else {
      let lengths = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      throw Failure(place: path, expected: "shape [\(lengths)]", found: "\(tensor.shape)")
    }
    guard tensor.elementType.isFloatingPoint else {
      throw Failure(
        place: path, expected: "floating-point numbers", found: tensor.elementType.rawValue)
    }
    if let name = taken[path] { return (name, tensor) }
    graph.initializers.append(OnnxInitializer(path, tensor))
    var name = path
    if tensor.elementType != .float32 {
      name = add(
        "Cast", path + "/float32", [path],
        [OnnxNode.Attribute("to", .integer(OnnxGraph.elementTypeNumber(.float32)))])
    }
    taken[path] = name
    return (name, tensor)
  }
}
