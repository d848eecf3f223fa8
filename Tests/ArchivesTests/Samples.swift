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
