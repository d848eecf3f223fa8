import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Output files")
struct OutputFileTests {
  @Test func `parts of any size, around the buffer's, come out in order`() throws {
    let sizes = [1, 0, 300_000, 5, (1 << 18) - 1, 1 << 18, 3, 1 << 20, 1 << 20, 7]
    var expected: [UInt8] = []
    let bytes = try written { file in
      for (number, size) in sizes.enumerated() {
        let part = [UInt8](repeating: UInt8(number + 1), count: size)
        #expect(file.position == expected.count)
        try file.write(part)
        expected += part
      }
    }
    #expect(bytes == expected)
  }

  @Test func `bytes are overwritten whether they are buffered or not`() throws {
    let bytes = try written { file in
      try file.write([UInt8](repeating: 1, count: 300_000))
      try file.write([1, 1, 1])
      try file.overwrite([2], at: 0)
      try file.overwrite([3, 4], at: 300_000)
      try file.write([5])
    }
    #expect(bytes.first == 2 && Array(bytes.suffix(5)) == [1, 3, 4, 1, 5])
    #expect(bytes.count == 300_004)
  }

  @Test func `a descriptor that cannot be written is an error`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try Data([1]).write(to: URL(filePath: folder.path("read-only")))
    let descriptor = open(folder.path("read-only"), O_RDONLY)
    defer { close(descriptor) }
    let file = OutputFile(descriptor: descriptor, path: "read-only")
    try file.write([1])
    #expect(try failure { try file.flush() }.kind == .inputOutput)
  }
}
