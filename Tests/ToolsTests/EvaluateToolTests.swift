import Archives
import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// byol-train evaluate as a user runs it, on the small checkpoint of the samples.
@Suite struct EvaluateToolTests {
  let train = Tool(name: "byol-train")
  let sample = "samples/tiny_haiku_byol.npz"

  /// Writes pictures of one colour for each class, with some noise.
  private func writePictures(_ count: Int, classes: Int, seed: UInt64, to path: String) throws {
    var generator = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    for picture in 0..<count {
      for place in 0..<32 * 32 * 3 {
        let base = place % 3 == picture % classes ? 160.0 : 80
        bytes.append(UInt8(base + 40 * generator.nextFraction()))
      }
    }
    let labels = (0..<count).map { UInt8($0 % classes) }
    let arrays = [
      ("images", try Tensor(.uint8, shape: [count, 32, 32, 3], bytes: bytes)),
      ("labels", try Tensor(.uint8, shape: [count], bytes: labels)),
    ]
    let file = try AtomicFile(path)
    try Npz().write(
      Archive(.dict(arrays.map { ($0.0, Node.tensor($0.1)) }), format: "npz"), to: file.output)
    try file.commit()
  }

  /// Training and test pictures of three classes.
  private func pictures(_ folder: TemporaryFolder) throws -> [String] {
    try writePictures(60, classes: 3, seed: 1, to: folder.path("train.npz"))
    try writePictures(30, classes: 3, seed: 2, to: folder.path("test.npz"))
    return ["--train", folder.path("train.npz"), "--test", folder.path("test.npz"), "--size", "32"]
  }

  private func evaluate(_ arguments: [String]) throws -> Tool.Outcome {
    try train.run(["evaluate"] + arguments + ["--threads", "1"])
  }

  @Test func `every way prints its accuracy with its settings`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try pictures(folder)
    let short = ["--base-lr", "0.1", "--epochs", "3", "--batch", "8"]
    for (arguments, settings) in [
      (["knn", sample, "-k", "5", "1"], ["weighted", "cosine"]),
      (["linear", sample], ["penalty", "L-BFGS", "on the validation pictures"]),
      (["linear", sample, "--solver", "sgd"] + short, ["Nesterov", "random crop and flip"]),
      (["semi-supervised", sample, "--labels", "10%"] + short, ["10.00 %", "labelled pictures"]),
      (
        ["transfer", sample, "--by", "finetune", "--base-lr", "0.1", "--steps", "4"]
          + ["--batch", "8", "--weight-decay", "0", "--engine", "openblas"],
        ["labels", "openblas float32"]
      ),
    ] {
      let outcome = try evaluate(arguments + data)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("accuracy: top-1 "), "\(outcome.output)")
      for word in settings { #expect(outcome.output.contains(word), "\(outcome.output)") }
      #expect(outcome.errors.isEmpty)
    }
  }

  @Test func `JSON has the accuracy, and the file has the head`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try pictures(folder)
    let out = folder.path("out.h5")
    let arguments =
      ["linear", sample, "--penalty", "0.1", "10", "--write", out, "--head", "colours"]
    let outcome = try evaluate(arguments + ["--json"] + data)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect((report["accuracy"] as? [String: Any])?["top1"] as? Double == 1)
    #expect((report["sweep"] as? [Any])?.count == 2)
    #expect(report["written"] as? String == out)
    let written = try Loaded(out).checkpoint
    #expect(try written.tensor("online/heads/colours/weight").shape == [3, 64])
    // It is there: it is not replaced unasked, and that is said before the work.
    let again = try evaluate(arguments + data)
    #expect(again.code == 3 && again.errors.contains("--force"), "\(again.errors)")
  }

  @Test func `what cannot be is refused in a sentence`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try pictures(folder)
    try writePictures(8, classes: 1, seed: 1, to: folder.path("one.npz"))
    for (arguments, code, words) in [
      (["knn", sample, "--train", folder.path("one.npz"), "--size", "32"], 2, "two classes"),
      (["knn", sample, "--train", folder.path("none.npz")], 4, "none.npz"),
      (["linear", sample, "--solver", "adam"] + data, 3, "lbfgs or sgd"),
      (["linear", sample, "--epochs", "3"] + data, 3, "--solver sgd"),
      (["semi-supervised", sample, "--labels", "0"] + data, 3, "--labels"),
      (["transfer", sample, "--by", "magic"] + data, 3, "linear or finetune"),
      (["transfer", sample, "--steps", "3"] + data, 3, "--by finetune"),
      (["knn", sample, "--branch", "both"] + data, 3, "online or target"),
      (["knn", sample, "--validation", "100"] + data, 3, "--validation"),
    ] as [([String], Int32, String)] {
      let outcome = try evaluate(arguments)
      #expect(outcome.code == code, "\(arguments) \(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(!outcome.errors.dropLast().contains("\n"), "\(outcome.errors)")
    }
  }
}
