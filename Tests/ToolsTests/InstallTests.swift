import Foundation
import TestSupport
import Testing

/// `./dev install` of the built tools, and what it installs.
@Suite(.serialized) struct InstallTests {
  static let tools = AppearanceTests.tools

  /// Whether a program is on this machine.
  static func has(_ program: String) -> Bool {
    ["/usr/bin/", "/usr/local/bin/", "/bin/"].contains {
      FileManager.default.isExecutableFile(atPath: $0 + program)
    }
  }

  /// Runs `./dev` on the built tools.
  private func dev(_ arguments: String..., destination: String = "") throws -> Tool.Outcome {
    try Tool(path: "/usr/bin/env").run(
      ["bash", Shared.inPackage("dev")] + arguments,
      environment: ["BYOL_TOOLS": Tool.folder.path, "DESTDIR": destination])
  }

  private func files(below folder: String) throws -> Set<String> {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    return Set(
      try manager.subpathsOfDirectory(atPath: folder).map { "/" + $0 }.filter {
        manager.fileExists(atPath: folder + $0, isDirectory: &isFolder) && !isFolder.boolValue
      })
  }

  @Test func `what is installed works, is listed, and is removed again`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let root = folder.url.path
    let installed = try dev("install", "/opt/byol", destination: root)
    #expect(installed.code == 0, "\(installed.output)\(installed.errors)")
    let list = root + "/opt/byol/share/byol-checkpoints/installed.txt"
    let lines = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
    let listed = lines.filter { !$0.hasSuffix("/") }
    #expect(try Set(listed.map(String.init)) == files(below: root))
    #expect(listed.allSatisfy { $0.hasPrefix("/opt/byol/") })
    let helpers = ["byol-hdf5-reader", "byol-report"].map { "libexec/byol-checkpoints/\($0)" }
    for part in ["bin/byol-train"] + helpers {
      #expect(FileManager.default.isExecutableFile(atPath: "\(root)/opt/byol/\(part)"), "\(part)")
    }
    // What people call is a tool with a page; the rest is out of their way.
    let commands = listed.filter { $0.hasPrefix("/opt/byol/bin/") }.map { $0.dropFirst(14) }
    #expect(Set(commands.map(String.init)) == Set(Self.tools))
    // The installed tool finds the program that computes, and that one the reader.
    func inspect(_ arguments: String...) throws -> Tool.Outcome {
      // Without the variable that says where the reader is, whoever runs the tests.
      try Tool(path: "/usr/bin/env").run(
        ["-u", "BYOL_HDF5_READER", root + "/opt/byol/bin/byol-inspect"] + arguments)
    }
    let health = try inspect(Shared.inPackage("samples/tiny_haiku_byol.npz"), "--health")
    #expect(health.code == 0 && health.output.contains("effective rank"), "\(health.errors)")
    // The installed tool finds the installed reader, and says so where it is gone.
    let foreign = Shared.inPackage("Tests/ArchivesTests/Fixtures/hdf5/assorted.h5")
    let read = try inspect(foreign)
    #expect(read.code == 2 && read.errors.contains("dialect"), "\(read.errors)")
    try FileManager.default.removeItem(
      atPath: root + "/opt/byol/libexec/byol-checkpoints/byol-hdf5-reader")
    let unread = try inspect(foreign)
    #expect(unread.code == 4 && unread.errors.contains("byol-hdf5-reader"), "\(unread.errors)")
    // What this made goes, directories too; somebody else's file stays.
    #expect(try dev("uninstall", "/opt/byol", destination: root).code == 0)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: root) == ["opt"])
    try FileManager.default.createDirectory(
      atPath: root + "/opt/byol/bin", withIntermediateDirectories: true)
    let other = root + "/opt/byol/bin/other"
    try Data().write(to: URL(filePath: other))
    #expect(try dev("install", "/opt/byol", destination: root).code == 0)
    #expect(try inspect(foreign).code == 2)
    #expect(try dev("uninstall", "/opt/byol", destination: root).code == 0)
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
        == ["opt", "opt/byol", "opt/byol/bin", "opt/byol/bin/other"])
  }

  @Test func `a list that leads elsewhere removes nothing`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let share = folder.path("opt/share/byol-checkpoints")
    try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
    let victim = folder.path("victim")
    try Data().write(to: URL(filePath: victim))
    for line in ["/victim", "/opt/../victim", "victim"] {
      try "\(line)\n".write(toFile: share + "/installed.txt", atomically: true, encoding: .utf8)
      #expect(try dev("uninstall", "/opt", destination: folder.url.path).code != 0)
      #expect(FileManager.default.fileExists(atPath: victim))
    }
    #expect(try dev("install", "relative").code != 0)
  }

  /// The names of all options of a tool and its subcommands, as it tells programs of them.
  private func options(_ name: String) throws -> Set<String> {
    let outcome = try Tool(name: name)("--experimental-dump-help")
    var found: Set<String> = []
    func collect(_ value: Any) {
      if let fields = value as? [String: Any] {
        if fields["kind"] as? String == "long", let name = fields["name"] as? String {
          found.insert("--" + name)
        }
        fields.values.forEach(collect)
      }
      (value as? [Any])?.forEach(collect)
    }
    collect(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)))
    return found
  }

  @Test(arguments: tools)
  func `a manual page has every option`(_ name: String) throws {
    let page = try Tool(name: name)("--generate-manual")
    #expect(page.code == 0 && page.errors.isEmpty)
    let text = page.output.replacingOccurrences(of: "\\-", with: "-")
    let options = try options(name)
    #expect(options.count > 6)
    for option in options { #expect(text.contains("\\fB\(option)\\fR"), "\(option)") }
    for code in 0...4 where name != "byol-embed" || code != 1 {
      #expect(text.contains(".TP\n\\fB\(code)\\fR"), "\(code)")
    }
  }

  @Test(.enabled(if: has("groff"), "needs groff"), arguments: tools)
  func `groff has nothing to say against a manual page`(_ name: String) throws {
    let outcome = try Tool(path: "/bin/sh").run([
      "-c", "\"$0\" --generate-manual | groff -ww -man -Tutf8 -P-cbou",
      Tool.folder.appending(path: name).path,
    ])
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let sections = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
    let headings = outcome.output.split(separator: "\n").map(String.init)
    #expect(sections.allSatisfy(headings.contains), "\(outcome.output.prefix(500))")
  }

  @Test(arguments: [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
  func `completions are scripts of their shells, and know every option`(
    _ shell: String, _ check: String
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for name in Self.tools {
      let script = try Tool(name: name)("--generate-completion-script", shell)
      #expect(script.code == 0 && script.errors.isEmpty)
      for option in try options(name) {
        let word = shell == "fish" ? "-l '\(option.dropFirst(2))'" : option
        let other = shell == "fish" ? "-l \(option.dropFirst(2))" : option
        #expect(
          script.output.contains(word) || script.output.contains(other), "\(name) \(option)")
      }
      let path = folder.path(name)
      try script.output.write(toFile: path, atomically: true, encoding: .utf8)
      guard Self.has(shell) else { continue }
      let checked = try Tool(path: "/usr/bin/env").run([shell, check, path])
      #expect(checked.code == 0 && checked.errors.isEmpty, "\(name): \(checked.errors)")
    }
  }
}
