import Archives
import FoundationEssentials
import TestSupport
import Tensors
import Testing

@testable import Checkpoints

/// Genuine files whose names were taken away.
@Suite struct InferenceTests {
  /// byol-pytorch 0.8.2, whose names no built-in dialect needs to know for this test.
  static let lucidrains = """
    {
      "dialect": "lucidrains-test", "version": "1", "title": "byol-pytorch 0.8.2",
      "fragments": ["torch"],
      "forms": [{ "name": "learner", "mounts": [
        { "dialect": "online_encoder.net.", "native": "online/encoder/", "rules": "resnet" },
        { "dialect": "online_encoder.net.fc.", "native": "online/heads/classifier/", "rules": "linear" },
        { "dialect": "online_encoder.projector.", "native": "online/projector/", "rules": "mlp-013" },
        { "dialect": "online_predictor.", "native": "online/predictor/", "rules": "mlp-013" },
        { "dialect": "target_encoder.net.", "native": "target/encoder/", "rules": "resnet" },
        { "dialect": "target_encoder.net.fc.", "native": "target/heads/classifier/", "rules": "linear" },
        { "dialect": "target_encoder.projector.", "native": "target/projector/", "rules": "mlp-013" }
      ] }]
    }
    """

  static let files: [(path: String, dialect: String)] = [
    ("deepmind/tiny_haiku_byol.npz", "haiku"),
    ("deepmind/tiny_haiku_byol_basicblock.npz", "haiku"),
    ("deepmind/tiny_haiku_byol_v2.npz", "haiku"),
    ("deepmind/tiny_haiku_online_params.npz", "haiku"),
    ("dialects/lucidrains_v082.safetensors", "lucidrains"),
    ("dialects/timmhf_tiny/model.safetensors", "torchvision"),
  ]

  static func open(_ index: Int) throws -> (Archive, Dialect) {
    let (path, name) = files[index]
    let file = try MappedFile(Shared.path("fixtures/" + path))
    let dialect =
      name == "lucidrains"
      ? try Dialect(json: Array(lucidrains.utf8), file: "test") : try Dialects.named(name)
    return (try Formats.recognising(file).read(file), dialect)
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func nothingIsEverSureAndWrong() throws {
    for index in Self.files.indices {
      let (archive, dialect) = try Self.open(index)
      for isOnline in [false, true] {
        for way in Shuffled.Way.allCases {
          let shuffled = try Shuffled(archive, dialect, way) {
            !isOnline || $0.hasPrefix("online/") || $0.hasPrefix("training/bn/online/")
          }
          var reason = ""
          var inference: Inference?
          do { inference = try Inference(shuffled.archive) } catch { reason = "\(error)" }
          let score = Score(inference, shuffled.truth)
          print(Self.files[index].path, isOnline ? "online" : "whole", way, score, shuffled.truth.count, reason)
          for question in inference?.questions ?? [] { print("   ", question.isSure, question.subject, question.answers.first ?? "", question.evidence) }
          if score.wrong > 0 {
            for a in inference!.assignments where a.isSure && shuffled.truth[a.source] != a.native { print("     WRONG", a.source, a.native, shuffled.truth[a.source] ?? "-") }
          }
          #expect(score.wrong == 0)
        }
      }
    }
  }
}
