import Tensors

extension Archive {
  /// The most bytes that the names of all leaves may have together.
  static let nameLimit = 1 << 26
  /// The most keys that the paths of all leaves may have together.
  static let keyLimit = 1 << 23

  /// Checks that the leaves' paths can be spelled out: a key near the root is a part of each path
  /// below it, so that a small file can have names of many gigabytes.
  ///
  /// - Throws: `Failure` (`badInput`) where they are over a limit.
  package func checkNames() throws {
    _ = try NameMeasure(root)
  }
}

/// What the names that a reader puts together from keys may still have, in bytes.
struct NameRoom {
  private var count = Archive.nameLimit

  /// Takes room for a name.
  ///
  /// - Throws: `Failure` (`badInput`) where there is none left.
  mutating func take(_ name: String) throws {
    guard name.utf8.count <= count else {
      throw Failure(
        expected: "names of at most \(Numbers.grouped(Archive.nameLimit)) bytes together",
        found: "more")
    }
    count -= name.utf8.count
  }
}

/// How long the paths of the leaves below a node are together.
private struct NameMeasure {
  private var leaves = 0
  private var keys = 0
  private var bytes = 0

  init(_ node: Node) throws {
    guard let children = node.children, !children.isEmpty else {
      leaves = 1
      return
    }
    for child in children {
      let below = try NameMeasure(child.value)
      let length = 1 + (child.key.text?.utf8.count ?? 19)
      let (total, overflow) = below.leaves.multipliedReportingOverflow(by: length)
      guard !overflow, total <= Archive.nameLimit else { throw Self.failure }
      // Each is at most its limit.
      leaves += below.leaves
      keys += below.keys + below.leaves
      bytes += below.bytes + total
      guard bytes <= Archive.nameLimit, keys <= Archive.keyLimit else { throw Self.failure }
    }
  }

  private static var failure: Failure {
    Failure(
      expected: "names of at most \(Numbers.grouped(Archive.nameLimit)) bytes together and "
        + "\(Numbers.grouped(Archive.keyLimit)) keys",
      found: "more")
  }
}

extension Key {
  /// The text, of a key that is one.
  fileprivate var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}
