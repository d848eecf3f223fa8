import Foundation
import TestSupport
import Testing

/// Tools whose addresses are limited, as `ulimit -v` does.
@Suite struct LimitedAddressesTests {
  private let sample = "samples/tiny_haiku_byol.npz"

  /// Runs a tool with at most so many megabytes of addresses.
  private func run(
    _ name: String, _ arguments: [String], megabytes: Int
  ) throws -> Tool.Outcome {
    try Tool(path: "/bin/bash").run(
      ["-c", "ulimit -v \(megabytes * 1000) && exec \"$@\"", "bash", Tool(name: name).url.path]
        + arguments, environment: ["SWIFT_BACKTRACE": "enable=no"])
  }

  @Test func `what fits in a limit is converted to the same bytes`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outputs = [folder.path("free.h5"), folder.path("limited.h5")]
    #expect(try Tool(name: "byol-convert")(sample, outputs[0]).code == 0)
    let outcome = try run("byol-convert", [sample, outputs[1]], megabytes: 600)
    #expect(outcome.code == 0 && !outcome.output.contains("note"), "\(outcome)")
    #expect(FileManager.default.contentsEqual(atPath: outputs[0], andPath: outputs[1]))
  }

  @Test(arguments: ["byol-convert", "byol-verify"])
  func `what does not fit is done without, or refused in a sentence`(_ name: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var refused = 0
    for megabytes in stride(from: 150, through: 345, by: 15) {
      let output = folder.path("\(megabytes).h5")
      let arguments = name == "byol-convert" ? [sample, output] : [sample]
      let outcome = try run(name, arguments, megabytes: megabytes)
      // Below, the loader, or OpenBLAS as it is loaded, says that libraries have no room.
      if outcome.code == 127 || outcome.errors.contains("pthread_create") { continue }
      let said = "\(megabytes) MB: \(outcome)"
      switch outcome.code {
      case 0: #expect(name == "byol-verify" || FileManager.default.fileExists(atPath: output))
      default:
        refused += 1
        #expect([1, 4].contains(outcome.code), "\(said)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(said)")
        #expect(outcome.errors.hasPrefix("\(name): "), "\(said)")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(!left.contains { $0.hasPrefix(".") }, "\(said)")
      }
    }
    #expect(refused > 0)
  }
}
