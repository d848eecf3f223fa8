import Archives
import Tensors

/// Bytes that say how a tree is to be changed; where they end, zeros follow.
struct Edits {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = ArraySlice(bytes.prefix(512)) }

  /// The next byte.
  mutating func next() -> Int { bytes.popFirst().map(Int.init) ?? 0 }

  /// A place in a list of `count`, which is not empty.
  private mutating func place(in count: Int) -> Int { (next() << 8 | next()) % count }

  /// The archive with all edits made.
  mutating func applied(to archive: Archive) -> Archive {
    var leaves = archive.leaves
    var format = archive.format
    while !bytes.isEmpty, !leaves.isEmpty {
      let place = place(in: leaves.count)
      switch next() % 8 {
      case 0: leaves.remove(at: place)
      case 1: leaves[place].value = reshaped(leaves[place].value)
      case 2: leaves[place].value = retyped(leaves[place].value)
      case 3: leaves[place].value = scalar()
      case 4: leaves[place].path = renamed(leaves[place].path)
      case 5: leaves.append(Leaf(path: renamed(leaves[place].path), value: leaves[place].value))
      case 6: leaves.swapAt(place, self.place(in: leaves.count))
      default: format = Formats.all[next() % Formats.all.count].name
      }
    }
    return Archive(Tree(leaves).node, format: format, attributes: archive.attributes)
  }

  private static let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 64, 127, 256, 1000, 4096, 65536]

  private mutating func reshaped(_ value: Node) -> Node {
    guard case .tensor(let tensor) = value else { return value }
    switch next() % 3 {
    case 0 where !tensor.shape.isEmpty:
      return .tensor(tensor.permuted(tensor.shape.indices.reversed()))
    case 1: return zeros(tensor.elementType, shape: tensor.shape + [1])
    default:
      let shape = (0..<next() % 6).map { _ in Self.lengths[next() % Self.lengths.count] }
      return zeros(tensor.elementType, shape: shape)
    }
  }

  private mutating func retyped(_ value: Node) -> Node {
    guard case .tensor(let tensor) = value else { return value }
    return zeros(ElementType.allCases[next() % ElementType.allCases.count], shape: tensor.shape)
  }

  private func zeros(_ type: ElementType, shape: [Int]) -> Node {
    let (count, overflow) = shape.reduce((1, false)) { product, length in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: length)
      return (next, overflow || product.1)
    }
    guard !overflow, count <= 1 << 20,
      let tensor = try? Tensor(
        type, shape: shape, bytes: [UInt8](repeating: 0, count: count * type.byteCount))
    else { return .none }
    return .tensor(tensor)
  }

  private mutating func scalar() -> Node {
    let numbers = [0, 1, -1, 2, 255, 1 << 31, 1 << 53, Int.max, Int.min]
    switch next() % 10 {
    case 0: return .none
    case 1: return .bool(next() & 1 == 1)
    case 2: return .integer(numbers[next() % numbers.count])
    case 3: return .real([0, -0.0, 0.5, 1e308, .nan, .infinity][next() % 6])
    case 4: return .text(word())
    case 5: return .bytes((0..<next() % 16).map { _ in UInt8(next()) })
    case 6: return .sequence(kind: "tuple", [])
    case 7: return .dict([])
    case 8: return .record(type: "a.b", [Node.Entry(.text("a"), .integer(1))])
    default: return .sequence(kind: "list", [.integer(1), .text("b"), .none])
    }
  }

  private mutating func renamed(_ path: [Key]) -> [Key] {
    guard !path.isEmpty else { return [.text(word())] }
    var path = path
    let place = place(in: path.count)
    switch next() % 4 {
    case 0: path[place] = .text(word())
    case 1: path[place] = .text(path[place].description + word())
    case 2: path[place] = .number([0, 1, 2, -1, Int.max][next() % 5])
    default: path.insert(.text(word()), at: place)
    }
    return path
  }

  private mutating func word() -> String {
    String(decoding: (0..<next() % 12).map { _ in UInt8(next()) }, as: UTF8.self)
  }
}

/// Leaves put together to a tree again.
private final class Tree {
  private var value: Node?
  private var keys: [Key] = []
  private var members: [Key: Tree] = [:]

  init(_ leaves: [Leaf]) {
    for leaf in leaves { add(leaf.value, at: leaf.path[...]) }
  }

  private func add(_ value: Node, at path: ArraySlice<Key>) {
    guard let key = path.first else { return self.value = value }
    if members[key] == nil { keys.append(key) }
    let member = members[key] ?? Tree([])
    members[key] = member
    member.add(value, at: path.dropFirst())
  }

  /// The tree: lists where the keys are numbers.
  var node: Node {
    if keys.isEmpty, let value { return value }
    let entries = keys.compactMap { key in members[key].map { Node.Entry(key, $0.node) } }
    let isList =
      !entries.isEmpty && keys.allSatisfy { if case .number = $0 { true } else { false } }
    return isList
      ? .sequence(kind: "list", entries.map(\.value)) : .mapping(kind: "dict", entries)
  }
}
