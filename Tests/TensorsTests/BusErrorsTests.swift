import Foundation
import Glibc
import TestSupport
import Testing

@testable import Tensors

/// Files that lose their bytes while they are mapped: each test runs a child process.
@Suite("A mapped file that is made shorter") struct BusErrorsTests {
  @Test func `is named in a sentence, with the exit code of input and output`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("a\u{1B}b.npy")
    let ended = await #expect(
      processExitsWith: .exitCode(Failure.Kind.inputOutput.rawValue),
      observing: [\.standardErrorContent]
    ) { [path = path as String] in
      BusErrors.endInASentence(prefix: "tool: ")
      let other = try MappedFile(BusErrorsTests.written(path + ".other"))
      let file = try MappedFile(BusErrorsTests.written(path))
      truncate(path, 4096)
      print(try file.allBytes().count, try other.allBytes().count)
    }
    let said = String(decoding: try #require(ended).standardErrorContent, as: UTF8.self)
    #expect(
      said == "tool: \(path.legible): cannot be read on: it became shorter, or its disk failed, "
        + "while it was read\n")
  }

  @Test func `is an ordinary signal to a program that does not ask`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    await #expect(processExitsWith: .signal(SIGBUS)) { [path = folder.path("a") as String] in
      let file = try MappedFile(BusErrorsTests.written(path))
      truncate(path, 0)
      print(try file.allBytes().count)
    }
  }

  @Test func `a bus error of another mapping stays one`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    await #expect(processExitsWith: .signal(SIGBUS)) { [path = folder.path("a") as String] in
      BusErrors.endInASentence(prefix: "tool: ")
      // Its notice is taken back with the mapping.
      do { _ = try MappedFile(BusErrorsTests.written(path)) }
      let descriptor = unsafe open(path, O_RDONLY)
      let mapped = unsafe mmap(nil, 8192, PROT_READ, MAP_PRIVATE, descriptor, 0)
      truncate(path, 0)
      print(unsafe mapped?.load(as: UInt8.self) ?? 0)
    }
  }

  @Test func `there may be more mappings than sentences`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    await #expect(processExitsWith: .success) { [path = folder.path("a") as String] in
      BusErrors.endInASentence(prefix: "tool: ")
      _ = try BusErrorsTests.written(path)
      let files = try (0..<600).map { _ in try MappedFile(path) }
      guard try files.allSatisfy({ try $0.allBytes().count == 8192 }) else { exit(9) }
    }
  }

  /// The path of a new file of two pages.
  private static func written(_ path: String) throws -> String {
    try Data(repeating: 1, count: 8192).write(to: URL(filePath: path))
    return path
  }
}
