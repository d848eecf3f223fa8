import Checkpoints
import Foundation
import TestSupport
import Testing

/// What tools print beside their results: versions, colours, nothing.
@Suite struct AppearanceTests {
  static let tools = ["byol-convert", "byol-embed", "byol-inspect", "byol-train", "byol-verify"]
  let sample = "samples/tiny_haiku_byol.npz"

  @Test(arguments: tools)
  func `every tool says its version, the layout's, and the commit where it is known`(
    _ name: String
  ) throws {
    let outcome = try Tool(name: name)("--version")
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first ?? "" == "\(name) (byol-checkpoints) \(NativeNames.version)")
    let layout = "native layout \(NativeNames.major).\(NativeNames.minor)"
    #expect(
      lines.count == 2 && (lines.last == layout[...] || lines[1].hasPrefix(layout + ", commit ")))
  }

  @Test func `a pipe gets no escape codes, unless it is asked for`() throws {
    let off = ["NO_COLOR": "", "CLICOLOR_FORCE": "", "CLICOLOR": ""]
    func printed(_ name: String, _ arguments: [String], _ environment: [String: String]) throws
      -> String
    {
      let outcome = try Tool(name: name).run(
        arguments, environment: off.merging(environment) { $1 })
      return outcome.output + outcome.errors
    }
    for (name, arguments) in [
      ("byol-inspect", [sample]), ("byol-verify", [sample, "--quiet"]),
      ("byol-verify", [sample, sample]), ("byol-inspect", ["missing.h5"]),
    ] {
      let plain = try printed(name, arguments, [:])
      #expect(!plain.contains("\u{1B}"), "\(name) \(arguments)")
      let coloured = try printed(name, arguments, ["CLICOLOR_FORCE": "1"])
      #expect(coloured.contains("\u{1B}[") == !plain.isEmpty, "\(name) \(arguments)")
      let codes = ["1", "31", "32", "33", "0"].map { "\u{1B}[\($0)m" }
      #expect(codes.reduce(coloured) { $0.replacing($1, with: "") } == plain)
      #expect(
        try printed(name, arguments, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]) == plain)
    }
  }

  @Test func `JSON has no colours, whatever is asked for`() throws {
    let outcome = try Tool(name: "byol-inspect").run(
      [sample, "--json"], environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": ""])
    #expect(!outcome.output.contains("\u{1B}"))
  }

  @Test func `quiet tools print failures alone`() throws {
    #expect(try Tool(name: "byol-inspect")(sample, "--quiet").output.isEmpty)
    let verified = try Tool(name: "byol-verify")(sample, "--quiet")
    #expect(verified.code == 0 && verified.output.isEmpty && verified.errors.isEmpty)
    let different = try Tool(name: "byol-verify")(
      sample, "--expect", "samples/tiny_haiku_byol.ref.npz", "--tolerance", "1e-12", "--quiet")
    #expect(different.code == 1 && different.output.isEmpty)
    #expect(different.errors.contains("tiny_haiku_byol.npz: not verified"))
  }

  @Test func `a name that would move a cursor does not, in whatever a tool says of it`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let name = folder.path("tiny\u{1B}]0;owned\u{7}\u{202E}\n.npz")
    try FileManager.default.copyItem(
      atPath: Shared.package.appending(path: sample).path, toPath: name)
    let native = folder.path("native.h5")
    for (tool, arguments) in [
      ("byol-convert", [name, native]),
      ("byol-inspect", [native]), ("byol-inspect", [name]), ("byol-inspect", [name, native]),
      ("byol-verify", [name]), ("byol-verify", [name, native]), ("byol-convert", ["--\u{1B}[2J"]),
    ] {
      let outcome = try Tool(name: tool).run(arguments, environment: ["CLICOLOR_FORCE": ""])
      let said = outcome.output + outcome.errors
      #expect(said.contains("\\u{1B}"), "\(tool) \(arguments.count)")
      #expect(!said.contains("\u{1B}") && !said.contains("\u{202E}"), "\(tool): \(said)")
      #expect(!said.contains("\u{7}") && !said.contains("\n.npz"), "\(tool): \(said)")
    }
    // Programs get it as it is.
    let json = try Tool(name: "byol-inspect")(native, "--json").output
    #expect(json.contains("tiny\\u001b]0;owned\\u0007\u{202E}\\n.npz"))
  }
}
