import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct ReleaseTests {
  /// The bytes of the file that are in this process's memory, as the system counts them.
  private func residentByteCount(_ path: String) throws -> Int {
    let maps = try String(contentsOf: URL(filePath: "/proc/self/smaps"), encoding: .utf8)
    let lines = maps.split(separator: "\n")
    guard let start = lines.firstIndex(where: { $0.hasSuffix(path) }),
      let resident = lines[start...].first(where: { $0.hasPrefix("Rss:") }),
      let count = resident.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return count << 10
  }

  @Test func slabsThatWereReadLeaveTheProcess() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("bytes")
    let bytes = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try Data(bytes).write(to: URL(filePath: path))
    let file = try MappedFile(path)
    let tensor = try Tensor(.uint8, shape: [8, 1 << 20], source: file)
    var most = 0
    try tensor.forEachSlab { _ in most = max(most, try residentByteCount(path)) }
    #expect(most <= 3 << 20)
    #expect(try tensor.bytes() == bytes)
    #expect(try tensor.permuted([1, 0]).permuted([1, 0]).bytes() == bytes)
    let columns = try tensor.permuted([1, 0]).bytes()
    #expect(columns[1] == bytes[1 << 20])
    #expect(try residentByteCount(path) <= 1 << 20)
  }

  @Test func releasingAnyRangeIsHarmless() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("bytes")
    let bytes = (0..<(1 << 20) + 5).map { UInt8(truncatingIfNeeded: $0) }
    try Data(bytes).write(to: URL(filePath: path))
    let file = try MappedFile(path)
    let slice = ByteSlice(file, 3..<bytes.count)
    for range in [0..<0, 0..<1, 1..<bytes.count - 3, 5..<70_000, bytes.count - 4..<bytes.count - 3]
    {
      slice.release(range)
      #expect(try slice.withBytes { Array($0) } == Array(bytes[3...]))
    }
  }
}
