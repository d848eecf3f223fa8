import Tensors
import TestSupport
import Testing

@testable import Archives

/// A few kilobytes can give leaves names of gigabytes, since a key is a part of each name below it.
@Suite struct ArchiveNamesTests {
  private func leaves(_ count: Int) -> Node {
    .mapping(kind: "dict", (0..<count).map { Node.Entry(.number($0), .none) })
  }

  private func archive(_ root: Node) -> Archive { Archive(root, format: "pickle") }

  @Test func `a long key above many leaves is refused`() throws {
    let key = String(repeating: "k", count: 100_000)
    #expect(throws: Failure.self) {
      try archive(.dict([(key, leaves(1000))])).checkNames()
    }
    // The key itself is no offence, and neither are the leaves.
    try archive(.dict([(key, leaves(100))])).checkNames()
    try archive(leaves(200_000)).checkNames()
  }

  @Test func `many leaves below many levels are refused`() throws {
    func deep(_ count: Int) -> Node {
      (0..<90).reduce(leaves(count)) { below, _ in .sequence(kind: "list", [below]) }
    }
    #expect(throws: Failure.self) { try archive(deep(100_000)).checkNames() }
    try archive(deep(1000)).checkNames()
  }

  /// PyTorch's modules in modules, whose weights are named by all of them.
  @Test func `weights under modules of long names are refused`() throws {
    let weight = Node.tensor(try Tensor(floats: [1], shape: [1]))
    func module(_ parameters: Int, _ modules: [(String, Node)]) -> Node {
      let state = Node.dict([
        ("_parameters", .dict((0..<parameters).map { ("p\($0)", weight) })),
        ("_buffers", .dict([])), ("_modules", .dict(modules)),
      ])
      return .record(type: "a.Module", [Node.Entry(.text("__state__"), state)])
    }
    func nested(_ letters: Int, _ parameters: Int) -> Node {
      let name = String(repeating: "m", count: letters)
      return (0..<20).reduce(module(parameters, [])) { below, _ in module(0, [(name, below)]) }
    }
    var modules = TorchModules()
    #expect(throws: Failure.self) { try modules.reduced(nested(20_000, 1000)) }
    var others = TorchModules()
    let reduced = try others.reduced(nested(20, 1000))
    #expect(reduced.children?.count == 1000)
  }
}
