import Tensors

/// Counts what the tree of a value would hold, before it is made.
///
/// A pickle can name one list many times, and forty lists of two such names are a tree of 2^40 nodes.
/// Each container is counted once, so the count costs no more than the file.
struct PickleMeasure {
  /// What is known of a container.
  enum State {
    case unknown, open
    case known(Size)
  }

  /// What a tree holds.
  struct Size {
    /// Values and containers.
    var nodes = 1
    /// Bytes of texts and byte strings.
    var bytes = 0
    /// Levels of containers.
    var levels = 0
  }

  /// The most nodes of a tree.
  static let nodeLimit = 1 << 20
  /// The most levels of a tree; its readers and writers go down level by level.
  static let levelLimit = Archive.depthLimit
  /// The most bytes of texts and byte strings of a tree.
  static let byteLimit = 1 << 26

  /// The size of the tree of `value`.
  ///
  /// - Throws: `Failure` where it is over a limit, or holds itself.
  static func size(of value: PickleValue, below levels: Int = 0) throws -> Size {
    let value = value.resolved
    switch value {
    case .text(let text): return Size(bytes: text.count)
    case .bytes(let bytes): return Size(bytes: bytes.storedCount)
    default: break
    }
    guard let container = value.container else { return Size() }
    switch container.measure {
    case .known(let size): return size
    case .open: throw Failure(expected: "a tree", found: "\(value.kind) that holds itself")
    case .unknown: break
    }
    guard levels < levelLimit else {
      throw Failure(expected: "at most \(levelLimit) levels", found: "more")
    }
    container.measure = .open
    var total = Size()
    for part in parts(of: value) {
      let size = try size(of: part, below: levels + 1)
      // Each is at most its limit, and so is the total.
      total.nodes += size.nodes
      total.bytes += size.bytes
      total.levels = max(total.levels, size.levels)
      guard total.nodes <= nodeLimit else {
        throw Failure(expected: "a tree of at most \(nodeLimit) nodes", found: "more")
      }
      guard total.bytes <= byteLimit else {
        throw Failure(expected: "at most \(byteLimit) bytes of texts", found: "more")
      }
    }
    total.levels += 1
    guard levels + total.levels <= levelLimit else {
      throw Failure(expected: "at most \(levelLimit) levels", found: "more")
    }
    container.measure = .known(total)
    return total
  }

  /// The values in a container.
  static func parts(of value: PickleValue) -> [PickleValue] {
    switch value {
    case .sequence(let sequence): sequence.items
    case .mapping(let mapping): mapping.pairs.flatMap { [$0.key, $0.value] }
    case .object(let object):
      object.arguments + object.items + (object.keywords + object.pairs).flatMap { [$0.0, $0.1] }
        + [object.state].compactMap { $0 }
    default: []
    }
  }
}
