public import Archives
import Tensors

/// Where two trees differ, in words, or nil where they are the same, bit by bit.
///
/// - Throws: the `Failure` of a tensor whose bytes cannot be had.
public func difference(_ left: Node, _ right: Node, at place: String = "") throws -> String? {
  func unless(_ isSame: Bool) -> String? { isSame ? nil : "at '\(place)': \(left) / \(right)" }
  switch (left, right) {
  case (.tensor(let left), .tensor(let right)):
    let isAlike = left.elementType == right.elementType && left.shape == right.shape
    return unless(try isAlike && left.hasSameBits(as: right))
  case (.none, .none): return nil
  case (.bool(let left), .bool(let right)): return unless(left == right)
  case (.integer(let left), .integer(let right)): return unless(left == right)
  case (.real(let left), .real(let right)): return unless(left.bitPattern == right.bitPattern)
  case (.text(let left), .text(let right)): return unless(left.utf8.elementsEqual(right.utf8))
  case (.bytes(let left), .bytes(let right)): return unless(left == right)
  default:
    guard let mine = left.children, let theirs = right.children,
      left.kind == right.kind, mine.map(\.key) == theirs.map(\.key)
    else { return unless(false) }
    for (mine, theirs) in zip(mine, theirs) {
      let place = place + "/" + mine.key.description
      if let found = try difference(mine.value, theirs.value, at: place) { return found }
    }
    return nil
  }
}

extension Node {
  /// The kind of a container.
  fileprivate var kind: String? {
    switch self {
    case .sequence(let kind, _), .mapping(let kind, _), .record(let kind, _): kind
    default: nil
    }
  }
}
