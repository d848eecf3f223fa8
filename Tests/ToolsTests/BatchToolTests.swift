import Checkpoints
import Conversions
import Foundation
import TestSupport
import Testing

/// byol-convert with several checkpoints, as a user runs it.
@Suite struct BatchToolTests {
  let convert = Tool(name: "byol-convert")
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  /// A good checkpoint, one that is none, and one more that is good.
  private func sources(_ folder: TemporaryFolder) throws -> [String] {
    let paths = ["a.npz", "b.npz", "c.npz"].map(folder.path)
    for path in [paths[0], paths[2]] {
      try FileManager.default.copyItem(atPath: sample, toPath: path)
    }
    try Data("no checkpoint".utf8).write(to: URL(filePath: paths[1]))
    return paths
  }

  @Test func `one that fails stops no other, and the whole has its code`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let paths = try sources(folder)
    let out = folder.path("out")
    let arguments = paths + ["--out-dir", out, "--no-sync", "--no-verify"]
    let first = try convert.run(arguments)
    #expect(first.code == 2, "\(first.errors)")
    #expect(first.errors.contains("b.npz: expected one of"), "\(first.errors)")
    #expect(first.errors.contains("3 checkpoints: 2 converted, 1 failed"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["a.h5", "c.h5"])
    // Without the bad one, and again: what is there stays as it is.
    try FileManager.default.removeItem(atPath: paths[1])
    try FileManager.default.removeItem(atPath: out + "/c.h5")
    let before = try FileManager.default.attributesOfItem(atPath: out + "/a.h5")[.modificationDate]
    let goodArguments = [paths[0], paths[2]] + arguments[3...]
    let again = try convert.run(goodArguments + ["--skip-existing", "--json"])
    #expect(again.code == 0, "\(again.errors)")
    let report = try JSONDecoder().decode(BatchReport.self, from: Data(again.output.utf8))
    #expect(report.conversions.map(\.status) == [.skipped, .converted])
    #expect(report.conversions[1].report?.output.path == out + "/c.h5")
    let after = try FileManager.default.attributesOfItem(atPath: out + "/a.h5")[.modificationDate]
    #expect(before as? Date == after as? Date)
    // Without --skip-existing an output that is there is a failure, and --force replaces it.
    #expect(try convert.run(goodArguments).code == 3)
    let forced = try convert.run(goodArguments + ["--force"])
    #expect(forced.code == 0 && forced.output.contains("2 checkpoints: 2 converted"))
    #expect(try convert.run(goodArguments + ["--force", "--quiet"]).output.isEmpty)
  }

  @Test func `the largest of the codes counts`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let paths = try sources(folder)
    let outcome = try convert.run(
      [paths[1], folder.path("missing.npz"), "--out-dir", folder.path("out"), "--json"])
    #expect(outcome.code == 4)
    let report = try JSONDecoder().decode(BatchReport.self, from: Data(outcome.output.utf8))
    #expect(report.conversions.map(\.code) == [2, 4])
    #expect(report.conversions.allSatisfy { $0.failure?.isEmpty == false })
  }

  @Test(arguments: [
    ("--to onnx-encoder", "a.onnx"), ("--to-format safetensors --to native", "a.safetensors"),
    ("--suffix -encoder.h5 --only encoder", "a-encoder.h5"), ("", "a.h5"),
    ("--to torchvision --suffix .pth", "a.pth"),
  ])
  func `outputs are named after their sources`(_ options: String, _ name: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let paths = try sources(folder)
    let outcome = try convert.run(
      [paths[0], "--out-dir", folder.path("out"), "--no-sync"]
        + options.split(separator: " ").map(String.init))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(names.contains(name), "\(names)")
  }

  @Test(arguments: [
    "--out-dir OUT", "A B --out-dir OUT --to torchvision", "A A --out-dir OUT",
    "A other/a.ckpt --out-dir OUT", "A B C", "A B --suffix .h5", "A --out-dir OUT --suffix /a.h5",
    "A C --out-dir OUT --with B", "A C --out-dir OUT --infer --dialect-out d.json",
    "A --out-dir OUT --skip-existing --force", "A C --out-dir OUT --to latin",
  ])
  func `command lines that cannot be meant are refused before anything is done`(_ line: String)
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let paths = try sources(folder)
    let outcome = try convert.run(
      line.split(separator: " ").map { word in
        switch word {
        case "A": paths[0]
        case "B": paths[1]
        case "C": paths[2]
        case "OUT": folder.path("out")
        default: String(word)
        }
      })
    #expect(outcome.code == 3 && outcome.output.isEmpty, "\(outcome.output)\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
  }

  @Test func `one output that is there is left alone too`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("kept.h5")
    try Data("kept".utf8).write(to: URL(filePath: output))
    let outcome = try convert(sample, output, "--skip-existing")
    #expect(outcome.code == 0 && outcome.output.contains("skipped"))
    #expect(try Data(contentsOf: URL(filePath: output)) == Data("kept".utf8))
  }
}
