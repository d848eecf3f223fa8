public import Archives
import Tensors

/// Writes weights as Keras saves them, see `writeTree`; `model.load_weights` takes the file.
///
/// A tree in which tensors lie in groups called `vars` is Keras 3's (`.weights.h5`):
/// `layers/dense/vars/0`. It is written as it is. Any other tree is Keras 2's (`.h5`): a group for
/// each layer, and in it a dataset for each weight, at the weight's own path:
/// `conv2d/model/conv2d/kernel:0`. Keras reads that by lists, which are added where the tree has
/// none: the root's `layer_names`, in the order of the tree, and each layer's `weight_names`, in the
/// order of the tree but with `moving_mean` and `moving_variance` last, as Keras has it; further
/// `backend` and `keras_version`, which tell the layout. A list that is too long for an attribute is
/// written in parts, as Keras does: `weight_names0`, `weight_names1`.
///
/// - Throws: `Failure` (`usage`) where the tree is neither; and as `writeTree`.
public func writeKeras(
  _ archive: Archive, into file: OutputFile, threads: Int = 2,
  progress: (@Sendable (Int) -> Void)? = nil
) throws {
  var completed = archive.withAttributesApart
  do {
    if !KerasLists.isOfKeras3(archive.root) { completed = try KerasLists.completed(completed) }
  } catch let failure as Failure {
    throw failure.of(file: file.path)
  }
  try writeTree(completed, into: file, threads: threads, progress: progress)
}

/// The lists by which Keras 2 finds weights.
enum KerasLists {
  /// The version of Keras whose layout is written; older ones have other orders of axes.
  private static let layoutVersion = "2.15.0"
  /// Weights that are not trained; Keras lists them after the others.
  private static let untrained: Set<String> = ["moving_mean", "moving_variance"]
  /// The group of weights that belong to no layer.
  private static let topLevel = "top_level_model_weights"

  /// Whether some tensor lies in a group called `vars`.
  static func isOfKeras3(_ node: Node) -> Bool {
    (node.children ?? []).contains { child in
      guard case .mapping(_, let members) = child.value else { return false }
      return child.key == .text("vars") && members.contains { $0.value.isTensor }
        || isOfKeras3(child.value)
    }
  }

  /// The archive with the lists that it lacks.
  static func completed(_ archive: Archive) throws -> Archive {
    guard case .mapping(let kind, let layers) = archive.root else {
      throw Failure(.usage, "Keras files hold a tree of layers")
    }
    var names: [String] = []
    let completed = try layers.map { entry -> Node.Entry in
      guard case .object(let name)? = AttributeKey(entry.key.description) else { return entry }
      guard case .mapping(let kind, let members) = entry.value else {
        throw Failure(.usage, place: "/\(name)", "Keras files hold a group for each layer")
      }
      if name != topLevel { names.append(name) }
      guard
        !members.contains(where: { isList("weight_names", $0.key, of: { AttributeKey.key($0) }) })
      else { return entry }
      let lists = try parts("weight_names", weights(in: entry.value), at: "/\(name)")
        .map { Node.Entry(.text(AttributeKey.key($0)), $1) }
      return Node.Entry(entry.key, .mapping(kind: kind, lists + members))
    }
    var result = archive
    result.root = .mapping(kind: kind, completed)
    let has = { (name: String) in archive.attributes.contains { $0.key == .text(name) } }
    if !has("backend") {
      result.attributes.append(Node.Entry(.text("backend"), .text("tensorflow")))
    }
    if !has("keras_version") {
      result.attributes.append(Node.Entry(.text("keras_version"), .text(layoutVersion)))
    }
    if !archive.attributes.contains(where: { isList("layer_names", $0.key, of: { $0 }) }) {
      result.attributes += try parts("layer_names", names, at: "/")
        .map { Node.Entry(.text($0), $1) }
    }
    return result
  }

  /// Whether a key is that of a list, or of its first part.
  private static func isList(_ name: String, _ key: Key, of spelling: (String) -> String) -> Bool {
    key == .text(spelling(name)) || key == .text(spelling(name + "0"))
  }

  /// The paths of a layer's weights, those that are trained first.
  private static func weights(in layer: Node) -> [String] {
    var trained: [String] = []
    var others: [String] = []
    collect(layer, path: "", &trained, &others)
    return trained + others
  }

  private static func collect(
    _ node: Node, path: String, _ trained: inout [String], _ others: inout [String]
  ) {
    for child in node.children ?? [] {
      guard case .object(let name)? = AttributeKey(child.key.description) else { continue }
      let path = path.isEmpty ? name : path + "/" + name
      if case .mapping = child.value {
        collect(child.value, path: path, &trained, &others)
      } else if untrained.contains(String(name.prefix { $0 != ":" })) {
        others.append(path)
      } else {
        trained.append(path)
      }
    }
  }

  /// A list of names as one attribute, or as several where it is too long.
  private static func parts(
    _ name: String, _ names: [String], at place: String
  ) throws -> [(String, Node)] {
    let rows = names.map { Array($0.utf8) }
    // Of fixed length, as Keras writes them.
    func size(_ rows: some Collection<[UInt8]>) -> Int {
      rows.count * (rows.map(\.count).max() ?? 0)
    }
    var count = 1
    var pieces = [rows[...]]
    while pieces.contains(where: { size($0) > PlainValue.attributeLimit }) {
      guard count < rows.count else {
        throw Failure(.usage, place: place, "a name is too long for an HDF5 attribute")
      }
      count += 1
      let length = (rows.count + count - 1) / count
      pieces = stride(from: 0, to: rows.count, by: length).map {
        rows[$0..<min($0 + length, rows.count)]
      }
    }
    return pieces.enumerated().map { index, piece in
      (
        pieces.count == 1 ? name : "\(name)\(index)",
        .sequence(kind: "list", piece.map { .bytes($0) })
      )
    }
  }
}

extension Node {
  fileprivate var isTensor: Bool { if case .tensor = self { true } else { false } }
}
