import Archives

extension SourceLeaf {
  /// A scalar, kept in the tree itself.
  init(scalar: Node) {
    switch scalar {
    case .none: self.init(kind: "none")
    case .bool(let value):
      self.init(kind: "bool")
      self.value = String(value)
    case .integer(let value):
      self.init(kind: "integer")
      self.value = String(value)
    case .real(let value):
      self.init(kind: "real")
      self.value = String(value)
    case .text(let value):
      self.init(kind: "text")
      self.value = value
    case .bytes(let value):
      self.init(kind: "bytes")
      self.value = value.map { String($0) }.joined(separator: " ")
    case .sequence(let kind, _), .mapping(let kind, _):
      self.init(kind: "empty")
      self.value = kind
    case .record(let type, _):
      self.init(kind: "empty")
      self.value = "record " + type
    case .tensor(let tensor):
      self.init(tensor: tensor, path: "", axes: nil)
    }
  }

  /// The scalar again.
  var scalar: Node? {
    switch kind {
    case "none": Node.none
    case "bool": .bool(value == "true")
    case "integer": value.flatMap(Int.init).map { .integer($0) }
    case "real": value.flatMap(Double.init).map { .real($0) }
    case "text": .text(value ?? "")
    case "bytes": .bytes((value ?? "").split(separator: " ").compactMap { UInt8($0) })
    case "empty":
      switch value {
      case "list", "tuple": .sequence(kind: value ?? "list", [])
      case let value? where value.hasPrefix("record "):
        .record(type: String(value.dropFirst(7)), [])
      default: .mapping(kind: value ?? "dict", [])
      }
    default: nil
    }
  }
}
