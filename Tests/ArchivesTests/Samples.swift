import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

/// A file that numpy made; see `Fixtures/make.py`.
func fixture(_ name: String) throws -> MappedFile {
  try MappedFile(Shared.inPackage("Tests/ArchivesTests/Fixtures/\(name)"))
}

/// A mapped file of the given bytes; the mapping outlives its name.
func mapped(_ bytes: [UInt8]) throws -> MappedFile {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  let path = folder.path("sample")
  try Data(bytes).write(to: URL(filePath: path))
  return try MappedFile(path)
}

/// The bytes that `body` writes.
func written(_ body: (OutputFile) throws -> Void) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  let file = try AtomicFile(folder.path("sample"), AtomicFile.Options(sync: false))
  try body(file.output)
  try file.commit()
  return try MappedFile(folder.path("sample")).withBytes { Array($0) }
}

/// What `body` fails with; the test fails where it does not.
func failure(
  _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) throws -> Failure {
  try #require(
    #expect(throws: Failure.self, sourceLocation: sourceLocation) { try body() },
    sourceLocation: sourceLocation)
}

extension ByteSource {
  /// All bytes.
  func all() throws -> [UInt8] { try withBytes { Array($0) } }
}

extension Node {
  /// The tensor that a node must be.
  func tensor() throws -> Tensor {
    guard case .tensor(let tensor) = self else {
      throw Failure(expected: "a tensor", found: "\(self)")
    }
    return tensor
  }
}

/// A tree as lines: kinds, keys, scalars; types, shapes, layouts and digests of tensors.
func outline(_ node: Node) throws -> [String] {
  func lines(_ entries: [Node.Entry]) throws -> [String] {
    try entries.flatMap { entry -> [String] in
      var lines = try outline(entry.value)
      let key = if case .number(let number) = entry.key { "#\(number)" } else { "\(entry.key)" }
      lines[0] = "\(key): \(lines[0])"
      return lines
    }
  }
  switch node {
  case .none: return ["none"]
  case .bool(let value): return ["\(value)"]
  case .integer(let value): return ["\(value)"]
  case .real(let value): return ["real \(value.bitPattern)"]
  case .text(let value): return ["'\(value)'"]
  case .bytes(let value): return ["bytes \(value)"]
  case .tensor(let tensor):
    return ["\(tensor.elementType) \(tensor.shape) \(tensor.layout) \(try tensor.digest())"]
  case .sequence(let kind, let items): return try ["\(kind)["] + items.flatMap(outline) + ["]"]
  case .mapping(let kind, let entries): return try ["\(kind)("] + lines(entries) + [")"]
  case .record(let type, let entries): return try ["\(type){"] + lines(entries) + ["}"]
  }
}
