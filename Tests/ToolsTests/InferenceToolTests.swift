import Foundation
import TestSupport
import Testing

/// byol-convert --infer, as a user runs it.
@Suite struct InferenceToolTests {
  let convert = Tool(name: "byol-convert")
  let verify = Tool(name: "byol-verify")
  let sample = "samples/tiny_haiku_byol.npz"
  let reference = "samples/tiny_haiku_byol.ref.npz"

  /// The sample in a dialect whose two networks have names that say nothing.
  private func nameless(_ folder: TemporaryFolder) throws -> String {
    let dialect = folder.path("nameless.json")
    var text = try String(
      contentsOfFile: Shared.inPackage("docs/examples/mydialect.json"), encoding: .utf8)
    for (word, other) in [("student", "a"), ("teacher", "b"), ("predictor.", "p.")] {
      text = text.replacingOccurrences(of: "\"\(word)", with: "\"\(other)")
    }
    try text.write(toFile: dialect, atomically: true, encoding: .utf8)
    let file = folder.path("nameless.npz")
    let outcome = try convert(
      sample, file, "--to", dialect, "--drop", "optimizer/*", "--drop", "training/*")
    try #require(outcome.code == 0, "\(outcome.errors)")
    // The contract beside it would tell what --infer must find out.
    try? FileManager.default.removeItem(atPath: file + ".byol.json")
    return file
  }

  @Test func `what is open stops the conversion, and a reference or the user's word settle it`()
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let file = try nameless(folder)
    let dialect = folder.path("found.json")
    let open = try convert(file, folder.path("open.h5"), "--infer", "--dialect-out", dialect)
    #expect(open.code == 1)
    #expect(open.errors.contains("which network is online"))
    #expect(open.output.contains("unsure: which network is online"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("open.h5")))

    let proved = try convert(file, folder.path("proved.h5"), "--infer", "--expect", reference)
    #expect(proved.code == 0, "\(proved.output)\(proved.errors)")
    #expect(proved.output.contains("proved: "))
    #expect(try verify(folder.path("proved.h5"), "--expect", reference).code == 0)

    let accepted = try convert(
      file, folder.path("accepted.h5"), "--infer", "--accept-unsure", "--json")
    #expect(accepted.code == 0, "\(accepted.errors)")
    #expect(
      accepted.output.contains("\"sure\" : false") || accepted.output.contains("\"sure\": false"))

    let kept = try convert(file, folder.path("kept.h5"), "--from", dialect)
    #expect(kept.code == 0, "\(kept.errors)")
    #expect(try verify(folder.path("kept.h5"), folder.path("accepted.h5")).code == 0)
  }
}
