import Archives
import Foundation
import Tensors
import Testing

@testable import Checkpoints

@Suite struct SourceTreeTests {
  /// A tree of every kind of value.
  var root: Node {
    get throws {
      .dict([
        ("weights", .tensor(try Tensor(floats: [1, 2], shape: [2]))),
        ("list", .sequence(kind: "list", [.integer(-3), .real(0.1), .none])),
        (
          "tuple",
          .sequence(kind: "tuple", [.bool(true), .text("a \"quoted\" ä"), .bytes([0, 255])])
        ),
        ("record", .record(type: "State", [Node.Entry(.text("mu"), .real(1e300))])),
        ("numbers", .mapping(kind: "dict", [Node.Entry(.number(7), .integer(1))])),
        ("empty", .sequence(kind: "tuple", [])),
        ("frozen", .mapping(kind: "FlatMapping", [])),
      ])
    }
  }

  @Test func `every kind of value comes back through JSON`() throws {
    let root = try root
    let made = SourceTree(root) { path, node in
      if case .tensor(let tensor) = node {
        return SourceLeaf(tensor: tensor, path: "weights", axes: nil)
      }
      return SourceLeaf(scalar: node)
    }
    let tree = try #require(made)
    let json = try jsonBytes(tree, pretty: false)
    let again = try JSONDecoder().decode(SourceTree.self, from: Data(json))
    #expect(again == tree)
    let rebuilt = try again.node { leaf in
      leaf.kind == "tensor" ? Node.tensor(try Tensor(floats: [1, 2], shape: [2])) : leaf.scalar
    }
    let node = try #require(rebuilt)
    #expect(String(describing: strip(node)) == String(describing: strip(root)))
  }

  /// The node with tensors replaced by their shapes, so that it can be compared as text.
  private func strip(_ node: Node) -> Node {
    switch node {
    case .tensor(let tensor): .text("\(tensor.shape)")
    case .sequence(let kind, let values): .sequence(kind: kind, values.map(strip))
    case .mapping(let kind, let entries):
      .mapping(kind: kind, entries.map { Node.Entry($0.key, strip($0.value)) })
    case .record(let type, let entries):
      .record(type: type, entries.map { Node.Entry($0.key, strip($0.value)) })
    default: node
    }
  }

  @Test func `a tree that is too deep is refused`() throws {
    var json = #"{"kind":"none"}"#
    for _ in 0..<150 { json = #"{"kind":"list","entries":[[0,\#(json)]]}"# }
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(SourceTree.self, from: Data(json.utf8))
    }
  }
}
