import Foundation
import TestSupport
import Tensors
import Testing

@testable import Embedding

@Suite("Lists of pictures") struct PictureListTests {
  private func lines(_ bytes: some Sequence<UInt8>) throws -> [String] {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("list.txt")
    try Data(bytes).write(to: URL(filePath: path))
    return try PictureFile.lines(of: path)
  }

  @Test func `lines end as in any system, and empty ones are none`() throws {
    #expect(try lines("a.png\r\n\nb c.png\n  \r  d.png".utf8) == ["a.png", "b c.png", "  d.png"])
    #expect(try lines([]) == [])
    let long = String(repeating: "a", count: 4096)
    #expect(try lines("\(long)\n\(long)".utf8) == [long, long])
  }

  private static let refused: [([UInt8], Int)] = {
    let long = [UInt8]("a\n".utf8) + [UInt8](repeating: 0x61, count: 4097)
    return [(long, 2), ([UInt8](repeating: 0, count: 1 << 20), 0)]
  }()

  @Test(arguments: refused)
  func `a line that is no path is refused in a short sentence`(bytes: [UInt8], place: Int) throws {
    let failure = #expect(throws: Failure.self) { try lines(bytes) }
    #expect(failure?.kind == .badInput && failure?.place == "byte \(place)")
    #expect(failure?.description.utf8.count ?? .max < 500)
  }
}
