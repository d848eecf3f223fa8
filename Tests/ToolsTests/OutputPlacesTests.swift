import Foundation
import TestSupport
import Testing

/// No output of a tool takes the place of what the tool reads, nor of another output.
@Suite struct OutputPlacesTests {
  let sample = "samples/tiny_haiku_byol.npz"

  /// A folder with a checkpoint, its sidecar, a list of pictures and what else tools read.
  private func withInputs(_ body: (TemporaryFolder) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for (from, to) in [
      (sample, "v.npz"), (sample, "w.npz"), ("docs/examples/mydialect.json", "mine.json"),
      ("Tests/Fixtures/pictures/rgb.png", "p.png"), ("Tests/Fixtures/pictures/rgb420.jpg", "q.jpg"),
    ] {
      try FileManager.default.copyItem(atPath: Shared.inPackage(from), toPath: folder.path(to))
    }
    for (name, text) in [
      ("l.npz", "\(folder.path("p.png"))\n"), ("v.npz.byol.json", "{}"), ("labels.npz", "a\nb\n"),
    ] {
      try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("here"), withDestinationPath: ".")
    let photos = folder.path("photos")
    try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: folder.path("p.png"), toPath: photos + "/r.png")
    try body(folder)
  }

  /// Everything in the folder, by name.
  private func contents(_ folder: TemporaryFolder) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      result[name] = FileManager.default.contents(atPath: folder.path(name)) ?? Data()
    }
    result["photos"] = FileManager.default.contents(atPath: folder.path("photos/r.png"))
    return result
  }

  private func expectRefused(_ tool: String, _ lines: [[String]]) throws {
    try withInputs { folder in
      let before = try contents(folder)
      for line in lines {
        let outcome = try Tool(name: tool).run(line, in: folder.url)
        #expect(
          outcome.code == 3 && outcome.errors.contains("take the place of"),
          "\(line): \(outcome.code) \(outcome.errors)")
        #expect(try contents(folder) == before, "\(line)")
      }
    }
  }

  @Test func `a page takes the place of nothing that it is made from`() throws {
    try expectRefused(
      "byol-inspect",
      [
        ["v.npz", "--html", "v.npz"], ["v.npz", "--html", "here/v.npz"],
        ["v.npz", "--html", "v.npz.byol.json"],
        ["v.npz", "--from", "mine.json", "--html", "mine.json"],
        ["v.npz", "--with", "w.npz", "--html", "./w.npz"],
        ["v.npz", "--images", "p.png", "--html", "p.png"],
        ["v.npz", "--html", "photos/r.png", "--images", "photos"],
        ["v.npz", "--images", "@l.npz", "--html", "l.npz"],
        ["v.npz", "--images", "@l.npz", "--html", "p.png"],
      ])
  }

  @Test func `an earlier page is replaced, also in a checkpoint's directory`() throws {
    try withInputs { folder in
      let inner = folder.path("inner")
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
      try FileManager.default.copyItem(
        atPath: folder.path("w.npz"), toPath: inner + "/w.npz")
      for _ in 0..<2 {
        let outcome = try Tool(name: "byol-inspect").run(
          [inner, "--html", inner + "/page.html"], in: folder.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
      }
      let refused = try Tool(name: "byol-inspect").run([inner, "--html", inner + "/w.npz"])
      #expect(refused.code == 3, "\(refused.errors)")
    }
  }

  @Test func `features take the place of no list, label or picture`() throws {
    try expectRefused(
      "byol-embed",
      [
        ["v.npz", "@l.npz", "-o", "l.npz"], ["v.npz", "p.png", "-o", "v.npz"],
        ["w.npz", "p.png", "--top", "1", "--labels", "labels.npz", "-o", "here/labels.npz"],
        ["v.npz", "p.png", "--with", "w.npz", "-o", "w.npz"],
      ])
  }

  @Test func `a conversion takes the place of nothing else that it reads`() throws {
    try expectRefused(
      "byol-convert",
      [
        ["w.npz", "v.npz", "--force", "--with", "v.npz"],
        ["v.npz", "mine.json", "--force", "--to-format", "npz", "--from", "mine.json"],
        ["v.npz", "v.npz.byol.json", "--force", "--to-format", "npz"],
        ["w.npz", "l.npz", "--force", "--infer", "--expect", "l.npz"],
        [
          "w.npz", "x.json", "--force", "--to-format", "npz", "--infer", "--dialect-out",
          "here/x.json",
        ],
        [
          "w.npz", "l.npz", "--force", "--to-format", "npz", "--infer", "--expect",
          "l.npz.byol.json",
        ],
        ["v.npz", ".", "--force", "--shard-size", "1MB", "--to", "torch"],
        ["here/w.npz", "v.npz", "--out-dir", ".", "--suffix", ".npz.byol.json", "--force"],
      ])
  }

  @Test func `a checkpoint may take its own place`() throws {
    try withInputs { folder in
      let outcome = try Tool(name: "byol-convert").run(
        ["w.npz", "here/w.npz", "--force", "--quiet"], in: folder.url)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
  }

  @Test func `a report takes the place of no metrics, and two outputs have two places`() throws {
    try withInputs { folder in
      let log = Data(#"{"run":{"title":"t","steps":1,"settings":[]}}"#.utf8 + [0x0A])
      for name in ["m.jsonl", "n.jsonl"] { try log.write(to: URL(filePath: folder.path(name))) }
      let before = try contents(folder)
      for options in [
        ["--html", "m.jsonl"], ["--svg", "n.jsonl"], ["--html", "here/m.jsonl"],
        ["--html", "x", "--svg", "x"], ["--html", "x", "--svg", "here/x"],
        ["--html", "x", "--tensorboard", "x/"],
      ] {
        let outcome = try Tool(name: "byol-train").run(
          ["report", "m.jsonl", "n.jsonl"] + options, in: folder.url)
        #expect(
          outcome.code == 3 && outcome.errors.contains("take the place of"),
          "\(options): \(outcome.errors)")
      }
      #expect(try contents(folder) == before)
    }
  }

  @Test func `what watches a run and its checkpoints have places of their own`() throws {
    try expectRefused(
      "byol-train",
      [
        ["--metrics", "x", "--html", "here/x"], ["--metrics", "r.h5"], ["--html", "here/r.h5"],
        ["--metrics", "v.npz.byol.json"], ["--html", "w.npz"], ["--html", "v.npz"],
        ["--every", "1", "--keep", "2", "--metrics", "r-00000001.h5"],
        ["--every", "1", "--keep", "2", "--html", "here/r-00000012.h5"],
      ].map { ["resume", "v.npz", "--views", "w.npz", "--out", "r.h5"] + $0 })
    try expectRefused(
      "byol-train",
      [
        ["pretrain", "--data", "photos", "--out", "r.h5", "--html", "here/photos/r.png"],
        ["evaluate", "linear", "v.npz", "--train", "w.npz", "--write", "w.npz", "--force"],
        [
          "evaluate", "linear", "v.npz", "--train", "photos", "--write", "photos/r.png", "--force",
        ],
      ])
  }
}
