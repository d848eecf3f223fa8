import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

/// What PyTorch reads of the genuine files; see `Fixtures/torch_reference.py`.
struct TorchReference: CustomTestStringConvertible {
  let name: String
  let count: Int
  let digest: String

  var testDescription: String { name }

  var file: MappedFile { get throws { try MappedFile(Shared.path("fixtures/dialects/\(name)")) } }

  static let all: [TorchReference] = {
    let path = Shared.inPackage("Tests/ArchivesTests/Fixtures/torch_reference.tsv")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t").map(String.init)
      return TorchReference(name: fields[0], count: Int(fields[1]) ?? 0, digest: fields[2])
    }
  }()

  /// The lines of a tree's tensors, as the reference has them; what is in records is left out.
  static func lines(_ node: Node, at path: [String] = []) throws -> [String] {
    switch node {
    case .tensor(let tensor):
      let fields = [
        path.joined(separator: "/"), tensor.elementType.rawValue,
        tensor.shape.map(String.init).joined(separator: ","), strides(tensor),
        try tensor.digest().description,
      ]
      return [fields.joined(separator: "\t")]
    case .mapping, .sequence:
      return try (node.children ?? []).flatMap { try lines($0.value, at: path + ["\($0.key)"]) }
    default: return []
    }
  }

  private static func strides(_ tensor: Tensor) -> String {
    let shape = tensor.shape
    let strides: [Int]
    switch tensor.layout.order {
    case .rowMajor: strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
    case .columnMajor: strides = shape.indices.map { shape[..<$0].reduce(1, *) }
    case .strided(let given): strides = given
    }
    return zip(shape, strides)
      .map { $0 > 1 && tensor.count > 0 ? "\($1)" : "-" }.joined(separator: ",")
  }
}

/// A tree as text, every value of it: two trees are the same if their texts are.
func description(_ node: Node) throws -> String {
  switch node {
  case .tensor(let tensor):
    return "\(tensor.elementType)\(tensor.shape)\(tensor.layout)\(try tensor.digest())"
  case .none: return "None"
  case .bool(let value): return "\(value)"
  case .integer(let value): return "\(value)"
  case .real(let value): return "real \(value.bitPattern)"
  case .text(let text): return text.debugDescription
  case .bytes(let bytes): return "bytes \(bytes)"
  case .sequence(let kind, let values):
    return try "\(kind)(\(values.map { try description($0) }.joined(separator: ", ")))"
  case .mapping(let kind, let entries), .record(let kind, let entries):
    let parts = try entries.map { "\($0.key): \(try description($0.value))" }
    return "\(kind){\(parts.joined(separator: ", "))}"
  }
}
