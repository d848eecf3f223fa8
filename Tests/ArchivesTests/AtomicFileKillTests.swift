import Foundation
import Glibc
import TestSupport
import Tensors
import Testing

@testable import Archives

/// What a destination is after the program died: each test runs a child process.
@Suite("Replacing files in a program that dies")
struct AtomicFileKillTests {
  private static let old = [UInt8](repeating: 1, count: 100_000)
  private static let new = [UInt8](repeating: 2, count: 600_000)

  @Test(arguments: AtomicFile.Phase.allCases)
  func `SIGKILL before any phase leaves the old file or the new one`(
    phase: AtomicFile.Phase
  ) async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("out")
    try Data(Self.old).write(to: URL(filePath: path))
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, phase = phase.rawValue as String] in
      var options = AtomicFile.Options(force: true)
      options.willBegin = { if $0.rawValue == phase { kill(getpid(), SIGKILL) } }
      let file = try AtomicFile(path, options)
      try file.output.write(AtomicFileKillTests.new)
      try file.commit()
    }
    #expect(
      try MappedFile(path).all() == (phase == .syncFolder ? Self.new : Self.old))
    // The next run takes away what the killed one left.
    let file = try AtomicFile(path, AtomicFile.Options(force: true))
    try file.output.write(Self.new)
    try file.commit()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out"])
  }

  @Test func `a file that may not grow leaves the old file and an error`() async throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("out")
    try Data(Self.old).write(to: URL(filePath: path))
    await #expect(processExitsWith: .exitCode(4)) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
      do {
        let file = try AtomicFile(path, AtomicFile.Options(force: true))
        defer { file.discard() }
        try file.output.write(AtomicFileKillTests.new)
        try file.commit()
      } catch let failure as Failure {
        exit(failure.kind.rawValue)
      }
    }
    #expect(try MappedFile(path).all() == Self.old)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out"])
  }
}
