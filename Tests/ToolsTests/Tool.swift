import Foundation
import TestSupport

/// A built tool, run as a user runs it.
struct Tool {
  /// The program.
  let url: URL

  /// The built tool of that name.
  init(name: String) { url = Self.folder.appending(path: name) }

  /// Another program.
  init(path: String) { url = URL(filePath: path) }

  /// What a run gave.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The folder of the built tools: where the test program itself is.
  static let folder: URL = {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let program = String(
      decoding: path.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let beside = URL(filePath: program).deletingLastPathComponent()
    if FileManager.default.fileExists(atPath: beside.appending(path: "byol-convert").path) {
      return beside
    }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  }()

  /// Runs the tool in `directory`, the checkout by default.
  func callAsFunction(_ arguments: String..., in directory: URL = Shared.package) throws -> Outcome
  {
    try run(arguments, in: directory)
  }

  /// Runs the tool with those variables added to the environment, or replaced in it.
  func run(
    _ arguments: [String], in directory: URL = Shared.package,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = directory
    // Files, not pipes: a pipe that nobody empties would stop the tool.
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    func handle(_ name: String) throws -> FileHandle {
      try Data().write(to: URL(filePath: folder.path(name)))
      return try FileHandle(forWritingTo: URL(filePath: folder.path(name)))
    }
    process.standardOutput = try handle("output")
    process.standardError = try handle("errors")
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: folder.path(name))), as: UTF8.self)
    }
    return Outcome(
      code: process.terminationStatus, output: try text("output"), errors: try text("errors"))
  }
}
