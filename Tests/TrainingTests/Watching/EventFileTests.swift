import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct EventFileTests {
  /// Of RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  private static let known: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    ([UInt8]("123456789".utf8), 0xE306_9283),
    ([], 0),
  ]

  @Test(arguments: known) func checksums(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
  }

  /// A version, the start of a session and two scalars, written by TensorBoard 2.21.0's `RecordWriter`
  /// from its own `Event` messages.
  private static let written = """
    GAAAAAAAAACjf0siCQAAAAAARI9AGg1icmFpbi5FdmVudDoyq6MzRRAAAAAAAAAAlfv+GAkAAAAAAESPQBCsAjoCCAHhEzNQQAAAAAAAA\
    AAoF/SVCQAAAAAARI9AEKwCKjIKEQoKdHJhaW4vbG9zcxUAAKA/Ch0KFnNjaGVkdWxlL2xlYXJuaW5nX3JhdGUVAAAAAFtozpo=
    """

  @Test func bytesAreTensorBoards() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    // The folder is made with those above it.
    let file = try EventFile(folder: folder.path("a/b"), from: 300, name: "test") { 1000.5 }
    var sample = Sample(step: 300, epoch: 2, loss: 1.25)
    sample.learningRate = 0
    file.observeWell(sample)
    let bytes = try Data(contentsOf: URL(filePath: file.path))
    #expect(bytes == Data(base64Encoded: Self.written))
    #expect(file.path.hasSuffix("a/b/events.out.tfevents.test"))
  }

  @Test func filesSortByTimeAndSayWhoWroteThem() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let file = try EventFile(folder: folder.path("events"), from: 0)
    let parts = file.path.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
    #expect(parts.prefix(3) == ["events", "out", "tfevents"])
    #expect(parts.count >= 6)
    #expect(parts.dropFirst(3).first?.count == 10)
    #expect(parts.last == "\(ProcessInfo.processInfo.processIdentifier)")
  }

  @Test func aFileInTheFoldersPlaceIsNamed() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try Data().write(to: URL(filePath: folder.path("file")))
    let failure = #expect(throws: Failure.self) {
      try EventFile(folder: folder.path("file"), from: 0)
    }
    #expect(failure?.kind == .inputOutput)
    #expect(failure?.file == folder.path("file"))
  }
}
