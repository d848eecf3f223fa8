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

  /// A licence and the name of a source are a stranger's: they reach no terminal as they are.
  @Test func `what a file says does nothing to a terminal`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = folder.path("s\u{1B}[31m\nource.npz")
    try FileManager.default.copyItem(atPath: Shared.inPackage(sample), toPath: source)
    let native = folder.path("native\u{1B}[2J.h5")
    let licence = "mine \u{1B}]0;title\u{7}"
    let runs: [(name: String, arguments: [String])] = [
      ("byol-convert", [source, native, "--license", licence, "--no-sync", "--no-probe"]),
      ("byol-convert", [native, "--out-dir", folder.path("out"), "--to-format", "npz"]),
      ("byol-inspect", [native]), ("byol-inspect", [native, source]),
      ("byol-verify", [native]), ("byol-verify", [native, source]),
      ("byol-verify", [native, "--layout"]), ("byol-inspect", [native + ".missing"]),
    ]
    for (name, arguments) in runs {
      let outcome = try Tool(name: name).run(arguments, environment: ["CLICOLOR_FORCE": ""])
      let said = outcome.output + outcome.errors
      #expect(said.contains("\\u{1B}["), "\(name) \(arguments): \(said)")
      #expect(!said.contains { "\u{1B}\u{7}".contains($0) }, "\(name) \(arguments)")
    }
    let inspected = try Tool(name: "byol-inspect")(native).output
    #expect(inspected.contains("licence of the weights: mine \\u{1B}]0;title\\u{7}\n"))
    #expect(inspected.contains("from s\\u{1B}[31m\\u{A}ource.npz"))
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
}
