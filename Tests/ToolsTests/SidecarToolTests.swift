import Foundation
import TestSupport
import Testing

/// Sidecars that say what is not so.
@Suite struct SidecarToolTests {
  private let dialect = "docs/examples/mydialect.json"

  /// Exports the sample to an npz with a sidecar, in which `old` is replaced by `new`.
  private func exported(to path: String, replacing old: String, by new: String) throws {
    let (folder, convert) = (try TemporaryFolder(), Tool(name: "byol-convert"))
    defer { folder.remove() }
    let native = folder.path("native.h5")
    #expect(try convert("samples/tiny_haiku_byol.npz", native).code == 0)
    let outcome = try convert(
      native, path, "--to", dialect, "--drop", "optimizer/*", "--drop", "training/*")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let sidecar = URL(filePath: path + ".byol.json")
    let text = try String(contentsOf: sidecar, encoding: .utf8)
    let changed = text.replacing(try Regex(old), with: new)
    #expect(changed != text)
    try Data(changed.utf8).write(to: sidecar)
  }

  @Test(arguments: [
    (#""family" : "resnet""#, #""family" : "other""#, "contract.encoder.family: expected resnet"),
    (#""kernel" : 7"#, #""kernel" : 1"#, "contract.encoder.stem.kernel: expected 7"),
    (#""blocks" : \[[^\]]*\]"#, #""blocks" : [9, 1, 1, 1]"#, "contract.encoder.blocks: expected"),
    (#""projector" : \[[^\]]*\]"#, #""projector" : [64, 16]"#, "contract.mlp.projector: expected"),
    (#""step" : [0-9]+"#, #""step" : 9223372036854775807"#, "recipe.step: expected 0 to 2^40"),
    (#""size" : 224"#, #""size" : 8192"#, "contract.input.size: expected 1 to 4096, found 8192"),
  ])
  func `what a sidecar says is compared with the tensors and with reason`(
    old: String, new: String, words: String
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("export.npz")
    try exported(to: path, replacing: old, by: new)
    for (name, arguments) in [
      ("byol-inspect", [path]), ("byol-verify", [path]),
      ("byol-convert", [path, folder.path("out.h5")]),
      ("byol-train", ["resume", path, "--views", "none.npz", "--out", folder.path("run.h5")]),
    ] {
      let outcome = try Tool(name: name).run(arguments + ["--from", dialect])
      #expect(outcome.code == 2, "\(name): \(outcome.output)\(outcome.errors)")
      let sentence = "\(name): \(path).byol.json: \(words)"
      #expect(outcome.errors.hasPrefix(sentence), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5")))
  }
}
