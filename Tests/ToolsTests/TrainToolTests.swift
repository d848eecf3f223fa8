import Archives
import Foundation
import TestSupport
import Tensors
import Testing

/// byol-train as a user runs it, on the small checkpoint of the samples.
@Suite struct TrainToolTests {
  let train = Tool(name: "byol-train")
  let sample = "samples/tiny_haiku_byol.npz"
  /// What the tests compute with: quick to begin, and the same on every machine.
  let engine = ["--engine", "openblas", "--threads", "1"]

  /// Writes views for `updates` updates of 4 pictures of 32 pixels.
  private func writeViews(_ updates: Int, to path: String) throws {
    var generator = SplitMix64(seed: 9)
    func numbers() throws -> Tensor {
      let shape = [updates, 4, 3, 32, 32]
      let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.nextFraction() * 4 - 2) }
      return try Tensor(floats: values, shape: shape)
    }
    let arrays = [("view1", try numbers()), ("view2", try numbers())]
    let file = try AtomicFile(path)
    try Npz().write(
      Archive(.dict(arrays.map { ($0.0, Node.tensor($0.1)) }), format: "npz"), to: file.output)
    try file.commit()
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  /// Starts the tool, waits until `file` is there, and sends a signal; how it ended.
  private func interrupt(
    _ arguments: [String], when file: String, with signal: Int32
  ) throws -> (reason: Process.TerminationReason, status: Int32, output: String) {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let said = folder.path("said")
    try Data().write(to: URL(filePath: said))
    let process = Process()
    // Whoever starts the tests may have SIGINT ignored, as shells do for what runs in the background.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["--default-signal", Tool.folder.appending(path: "byol-train").path] + arguments
    process.currentDirectoryURL = Shared.package
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: said))
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let patience = Date().addingTimeInterval(60 * Double(Patience.factor))
    while !FileManager.default.fileExists(atPath: file), process.isRunning, Date() < patience {
      usleep(2000)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return (
      process.terminationReason, process.terminationStatus,
      String(decoding: try Data(contentsOf: URL(filePath: said)), as: UTF8.self)
    )
  }

  @Test func `a run that is interrupted goes on to the same file, byte for byte`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(40, to: views)
    let whole = folder.path("whole.h5")
    let begun = ["resume", sample, "--views", views, "--every", "5", "--no-sync"] + engine
    let done = try train.run(begun + ["--out", whole])
    #expect(done.code == 0, "\(done.errors)")
    for (signal, name) in [(SIGKILL, "SIGKILL"), (SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
      let parts = folder.path(name + ".h5")
      let stopped = try interrupt(begun + ["--out", parts], when: parts, with: signal)
      if signal == SIGKILL {
        #expect(stopped.reason == .uncaughtSignal)
      } else {
        // The update under way was finished and written, and the user told.
        #expect(stopped.reason == .exit && stopped.status == 0)
        #expect(stopped.output.contains("stopped by \(name)"), "\(stopped.output)")
      }
      #expect(try bytes(parts) != bytes(whole))
      let goneOn = try train("resume", parts, "--views", views, "--no-sync")
      #expect(goneOn.code == 0, "\(goneOn.errors)")
      #expect(try bytes(parts) == bytes(whole), "\(name)")
    }
    let again = try train("resume", whole, "--views", views)
    #expect(again.code == 3 && again.errors.contains("this run is done"), "\(again.errors)")
  }

  /// A run of a tiny network over the sample pictures.
  private var beginning: [String] {
    [
      "pretrain", "--arch", "resnet18", "--width", "0.0625", "--stem", "cifar", "--style", "torch",
      "--hidden", "16", "--projection", "8", "--data", "samples/images", "--batch", "8", "--size",
      "16",
      "--epochs", "4", "--no-sync",
    ] + engine
  }

  @Test func `a run over pictures goes on to the same file, wherever it was killed`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
    let done = try train.run(beginning + ["--out", whole])
    #expect(done.code == 0, "\(done.errors)")
    let begun = beginning + ["--out", parts, "--every", "1", "--keep", "2"]
    let stopped = try interrupt(begun, when: folder.path("parts-00000002.h5"), with: SIGKILL)
    #expect(stopped.reason == .uncaughtSignal)
    // The data under another spelling of their path are the same data.
    let goneOn = try train(
      "resume", parts, "--data", Shared.inPackage("samples/images") + "/", "--no-sync")
    #expect(goneOn.code == 0, "\(goneOn.errors)")
    #expect(goneOn.output.contains("goes on at position"), "\(goneOn.output)")
    #expect(try bytes(parts) == bytes(whole))
    // Another batch is another run, and the report says so.
    let other = try train(
      "resume", parts, "--data", "samples/images", "--steps", "1", "--batch", "4", "--dry-run")
    #expect(other.output.contains("batch changed"), "\(other.output)\(other.errors)")
  }

  @Test func `an encoder alone goes on with a projector that begins, where that is asked for`()
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (encoder, out) = (folder.path("encoder.pth"), folder.path("run.h5"))
    let converted = try Tool(name: "byol-convert")(
      sample, encoder, "--to", "torchvision")
    try #require(converted.code == 0, "\(converted.errors)")
    let resume =
      [
        "resume", encoder, "--data", "samples/images", "--no-labels", "--size", "16", "--batch",
        "4", "--out", out,
      ]
      + ["--steps", "1", "--optimizer", "sgd", "--lr", "0.01", "--no-sync"] + engine
    let refused = try train.run(resume)
    #expect(refused.code == 2 && refused.errors.contains("--projector random"), "\(refused.errors)")
    let done = try train.run(resume + ["--projector", "random:12:6", "--seed", "4"])
    #expect(done.code == 0, "\(done.errors)")
    #expect(
      done.output.contains(/online.projector +made: random .truncated-normal, seed 4. +flag/),
      "\(done.output)")
    #expect(
      try train("resume", out, "--data", "samples/images", "--no-labels", "--steps", "1").code == 0)
    let again = try train("resume", out, "--data", "samples/images", "--projector", "random")
    #expect(again.code == 3 && again.errors.contains("its own projector"), "\(again.errors)")
    #expect(try train("resume", encoder, "--projector", "random:0:6").code == 3)
  }

  @Test func `pictures that cannot be trained with are refused in a sentence`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    func make(_ name: String, _ pictures: [String]) throws -> String {
      let path = folder.path(name)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (index, picture) in pictures.enumerated() {
        try FileManager.default.copyItem(atPath: picture, toPath: "\(path)/\(index).jpg")
      }
      return path
    }
    let pictures = try FileManager.default.subpathsOfDirectory(
      atPath: Shared.inPackage("samples/images")
    ).filter { $0.hasSuffix(".jpg") }.sorted().map { Shared.inPackage("samples/images/" + $0) }
    try #require(pictures.count >= 4)
    let out = folder.path("run.h5")
    func refusal(_ data: String, _ more: String...) throws -> String {
      let outcome = try train.run(
        ["resume", sample, "--data", data, "--size", "32", "--steps", "1", "--out", out] + more
          + engine)
      #expect(outcome.code == 2, "\(outcome.output)\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
      return outcome.errors
    }
    #expect(try refusal(make("none", [])).contains("none"))
    let one = try refusal(make("one", Array(pictures.prefix(1))))
    #expect(one.contains("at least 2 pictures"), "\(one)")
    let few = try refusal(make("few", Array(pictures.prefix(4))), "--batch", "5")
    #expect(few.contains("a batch of 5"), "\(few)")
    // The sample's classifier has 10 classes.
    let labels = try refusal("samples/images", "--batch", "4")
    #expect(labels.contains("10 classes") && labels.contains("--no-labels"), "\(labels)")
    // A corrupt picture among good ones is named, and the rest is trained with.
    let mixed = try make("mixed", Array(pictures.prefix(4)))
    try Data("no picture".utf8).write(to: URL(filePath: mixed + "/1.jpg"))
    let outcome = try train.run(
      [
        "resume", sample, "--data", mixed, "--size", "32", "--epochs", "1", "--batch", "4", "--out",
        out,
      ]
        + engine)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("left out: \(mixed)/1.jpg"), "\(outcome.output)")
    #expect(outcome.output.contains("1 picture could not be read"))
  }

  @Test func `a loss that is no number stops the run and keeps the last good checkpoint`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(6, to: views)
    let out = folder.path("run.h5")
    let outcome = try train.run(
      ["resume", sample, "--views", views, "--out", out, "--every", "1", "--lr", "1e30"] + engine)
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("online/"), "\(outcome.errors)")
    #expect(outcome.errors.contains("\(out) holds the state after update"), "\(outcome.errors)")
    #expect(try Tool(name: "byol-inspect")(out).code == 0)
  }

  @Test func `a disk that takes no more costs no earlier checkpoint`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(6, to: views)
    let out = folder.path("run.h5")
    let command = ["resume", sample, "--views", views, "--out", out, "--steps", "2"] + engine
    #expect(try train.run(command).code == 0)
    let before = try bytes(out)
    // No file may become larger than 64 kB: writing fails as on a full disk.
    let tool = Tool.folder.appending(path: "byol-train").path
    let limited = try Tool(path: "/bin/sh").run([
      "-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh", tool, "resume", out, "--views", views,
      "--steps", "2",
    ])
    #expect(limited.code == 4, "\(limited.output)\(limited.errors)")
    #expect(limited.errors.contains("holds the state after update"), "\(limited.errors)")
    #expect(try bytes(out) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
        "run.h5", "views.npz",
      ])
  }

  @Test func `what is watched takes no checkpoint's place`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(2, to: views)
    let out = folder.path("run.h5")
    let command = ["resume", sample, "--views", views, "--out", out] + engine
    #expect(try train.run(command).code == 0)
    let before = try bytes(out)
    let again = folder.path("again.html")
    #expect(link(out, again) == 0)
    for options in [
      ["--html", out], ["--html", again], ["--metrics", out],
      ["--html", folder.path("m"), "--metrics", folder.path("m")],
    ] {
      let outcome = try train.run(
        ["resume", out, "--views", views, "--steps", "0"] + options)
      #expect(
        outcome.code == 3 && outcome.errors.contains("take the place of"), "\(outcome.errors)")
    }
    #expect(try bytes(out) == before)
  }

  @Test func `the report is JSON and nothing else, and a dry run writes nothing`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(2, to: views)
    let out = folder.path("run.h5")
    let command = ["resume", sample, "--views", views, "--out", out, "--json"] + engine
    struct Report: Decodable {
      struct Finding: Decodable {
        var field: String
        var origin: String
      }
      var findings: [Finding]
      var planned: Int
      var done: Int
      var ending: String
    }
    let planned = try train.run(command + ["--dry-run"])
    let plan = try JSONDecoder().decode(Report.self, from: Data(planned.output.utf8))
    #expect(plan.planned == 2 && plan.done == 0 && plan.ending == "planned")
    #expect(!FileManager.default.fileExists(atPath: out))
    let trained = try train.run(command)
    let report = try JSONDecoder().decode(Report.self, from: Data(trained.output.utf8))
    #expect(report.done == 2 && report.ending == "done")
    #expect(
      Set(report.findings.map(\.field)).isSuperset(of: [
        "online.encoder", "optimizer.momentum", "step", "tau", "random", "learning rate",
      ]))
    #expect(report.findings.first { $0.field == "tau" }?.origin == "assumed")
  }

  @Test(arguments: [
    ": 3", "resume: 3", "resume MISSING --views VIEWS --out OUT: 4",
    "resume README.md --views VIEWS --out OUT: 2", "resume SAMPLE --out OUT: 3",
    "resume SAMPLE --views VIEWS: 3", "resume SAMPLE --views MISSING --out OUT: 4",
    "resume SAMPLE --views SAMPLE --out OUT: 2", "resume SAMPLE --views VIEWS --out out.npz: 3",
    "resume SAMPLE --views VIEWS --out /nonexistent/run.h5: 4",
    "resume SAMPLE --views VIEWS --out OUT --steps 1 --epochs 1: 3",
    "resume SAMPLE --views VIEWS --out OUT --steps 3: 3",
    "resume SAMPLE --views VIEWS --out OUT --steps -1: 3",
    "resume SAMPLE --views VIEWS --data VIEWS --out OUT: 3",
    "resume SAMPLE --views VIEWS --out OUT --batch 2: 3",
    "resume SAMPLE --views VIEWS --out OUT --keep 2: 3",
    "resume SAMPLE --views VIEWS --out OUT --lr -1: 3",
    "resume SAMPLE --views VIEWS --out OUT --tau 2: 3",
    "resume SAMPLE --views VIEWS --out OUT --engine abacus: 3",
    "resume SAMPLE --views VIEWS --out OUT --precision float8: 3",
    "resume SAMPLE --views VIEWS --out OUT --engine openblas --precision bfloat16: 3",
    "resume SAMPLE --data MISSING --out OUT --steps 1: 4", "resume --help: 0", "--version: 0",
  ])
  func `exit codes are the documented ones, and nothing is left`(_ line: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let views = folder.path("views.npz")
    try writeViews(2, to: views)
    let colon = try #require(line.lastIndex(of: ":"))
    let expected = try #require(Int32(line[line.index(colon, offsetBy: 2)...]))
    let words = line[..<colon].split(separator: " ").map { word in
      switch word {
      case "SAMPLE": sample
      case "VIEWS": views
      case "MISSING": folder.path("missing.npz")
      case "OUT": folder.path("run.h5")
      default: String(word)
      }
    }
    let outcome = try train.run(words)
    #expect(outcome.code == expected, "\(outcome.output)\(outcome.errors)")
    if expected > 1 {
      #expect(!outcome.errors.isEmpty)
      for leak in ["Swift", "DecodingError", "Optional(", "Array<"] {
        #expect(!outcome.errors.contains(leak), "\(outcome.errors)")
      }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["views.npz"])
  }
}
