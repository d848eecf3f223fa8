import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// byol-convert --only and --dtype as a user runs them.
@Suite struct ChooseToolTests {
  let convert = Tool(name: "byol-convert")
  let verify = Tool(name: "byol-verify")
  let sample = "samples/tiny_haiku_byol.npz"

  @Test func `the encoder alone is a checkpoint, with the source's embeddings`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("encoder.h5")
    let made = try convert(sample, output, "--only", "encoder")
    #expect(made.code == 0, "\(made.errors)")
    #expect(try Loaded(output).checkpoint.roles == [.onlineEncoder])
    let compared = try verify(output, sample)
    #expect(compared.code == 1)
    let verdicts = compared.output.split(separator: "\n").map { $0.split(separator: " ").prefix(2) }
    #expect(verdicts.contains(["online.encoder", "same"]), "\(compared.output)")
    #expect(verdicts.contains(["target.encoder", "only"]))
    #expect(verdicts.contains(["embedding", "agrees"]))
    #expect(try verify(output).code == 0)
    // On to another program, and back to a file of DeepMind's names.
    let torch = try convert(output, folder.path("net.pth"), "--to", "torchvision")
    #expect(torch.code == 0, "\(torch.errors)")
    #expect(try convert(output, folder.path("back.npz"), "--to", "haiku").code == 0)
    let back = try Loaded(folder.path("back.npz")).checkpoint
    #expect(back.roles.filter(\.isWeights) == [.onlineEncoder])
  }

  @Test func `a dry run lists the names of the part alone`() throws {
    let outcome = try convert(sample, "none.h5", "--only", "target.projector", "--dry-run")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let names = outcome.output.split(separator: "\n").filter { $0.contains(" -> ") }.dropFirst()
    let fields = names.filter { $0.contains("recipe.") }
    #expect(names.count - fields.count == 7, "\(outcome.output)")
    #expect(names.count { $0.contains("target/projector/") } == 7)
  }

  @Test(arguments: ["f16", "bf16"])
  func `half precision costs what the report and the file say`(_ type: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("half.h5")
    let made = try convert(sample, output, "--dtype", type, "--json")
    #expect(made.code == 0, "\(made.errors)")
    struct Report: Decodable { var cast: CastRecord }
    let cast = try JSONDecoder().decode(Report.self, from: Data(made.output.utf8)).cast
    #expect(cast.tensors > 100 && cast.changed > 50000)
    #expect(cast.engine == "openblas float64" && cast.unmeasured == nil)
    let outputs = cast.outputs.map { "\($0.branch) \($0.output)" }
    #expect(Set(outputs).isSuperset(of: ["online embedding", "online logits", "target embedding"]))
    // Half precision has 11 significant bits, bfloat16 has 8.
    let worst = cast.outputs.map(\.relativeL2).max() ?? 0
    #expect(worst > 1e-5 && worst < (type == "f16" ? 0.02 : 0.1))
    let written = try Loaded(output).checkpoint
    #expect(written.provenance.casts == [cast])
    #expect(
      written["online/encoder/stem/conv/weight"]?.elementType
        == (type == "f16" ? .float16 : .bfloat16))
    #expect(written["online/encoder/stem/bn/variance"]?.elementType == .float32)
    let verified = try verify(output)
    #expect(verified.code == 0 && verified.output.contains("as the cast left them"))
    let inspected = try Tool(name: "byol-inspect")(output)
    #expect(
      inspected.output.contains("cast since: weights to \(cast.types[.weights]?.rawValue ?? "")"))
    // Back to float32 changes nothing more, and the record goes along to files that cannot say it.
    let back = try convert(output, folder.path("back.npz"), "--dtype", "f32")
    #expect(back.code == 0 && back.output.contains("no number changed"), "\(back.output)")
    let again = try Loaded(folder.path("back.npz")).checkpoint
    #expect(again.provenance.casts?.count == 2 && again.provenance.casts?.first == cast)
    #expect(again["online/encoder/stem/conv/weight"]?.elementType == .float32)
  }

  @Test func `what was not run is said not to have been`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try convert(sample, folder.path("a.h5"), "--dtype", "f16", "--no-probe")
    #expect(outcome.code == 0 && outcome.output.contains("not measured: the converter was told"))
    let same = try convert(sample, folder.path("b.h5"), "--dtype", "f32")
    #expect(same.output.contains("no tensor is of another type"), "\(same.output)")
    #expect(try Loaded(folder.path("b.h5")).checkpoint.provenance.casts == nil)
  }

  @Test(arguments: [
    "--only backbone", "--only extras", "--dtype f8", "--dtype optimiser=f16",
    "--dtype f16 --dtype f32",
    "--only encoder --to onnx-projection --to-format onnx",
  ])
  func `what cannot be meant is refused, and nothing is written`(_ options: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try convert.run(
      [sample, folder.path("out.h5")] + options.split(separator: " ").map(String.init))
    #expect(outcome.code == 3 && !outcome.errors.isEmpty, "\(outcome.output)\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
