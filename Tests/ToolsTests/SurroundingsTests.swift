import Foundation
import TestSupport
import Testing

/// Tools that are started with little: standard streams that are closed, low limits.
@Suite struct SurroundingsTests {
  private let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  /// Runs a shell's words before a tool.
  private func run(_ before: String, _ arguments: [String], after: String = "") throws
    -> Tool.Outcome
  {
    try Tool(path: "/bin/sh").run(
      ["-c", "\(before) exec \"$@\" \(after)", "sh", Tool(name: "byol-convert").url.path]
        + arguments,
      environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func `a standard stream that is closed is no place for an output`(closed: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (expected, found) = (folder.path("expected.h5"), folder.path("found.h5"))
    #expect(try run("", [sample, expected]).code == 0)
    // What is to be printed and cannot be is an error, but the output is there by then.
    let isHeard = !closed.contains(">&-") || closed == "2>&-"
    #expect(try run("", [sample, found], after: closed).code == (isHeard ? 0 : 4))
    #expect(
      try Data(contentsOf: URL(filePath: found)) == Data(contentsOf: URL(filePath: expected)))
    #expect(try run("", [folder.path("none.npz"), found], after: closed).code == 4)
  }

  @Test(arguments: [
    ("ulimit -f 20;", "cannot reserve"), ("ulimit -n 20;", "at least 32 files that may be open"),
    ("ulimit -s 512;", "a stack of at least 1024 kB"),
  ])
  func `a limit that leaves too little is told in a sentence`(limit: String, words: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try run(limit, [sample, folder.path("out.h5")])
    #expect(outcome.code == 4)
    #expect(outcome.errors.contains(words) && outcome.errors.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test(arguments: ["ulimit -n 32;", "ulimit -s 1024;", "ulimit -Sn 8;", "ulimit -Ss 128;"])
  func `a limit that is enough, or may be raised, changes nothing`(limit: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try run(limit, [sample, folder.path("out.h5")])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }
}
