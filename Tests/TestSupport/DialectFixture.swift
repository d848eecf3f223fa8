import Foundation
public import Testing

/// A genuine checkpoint of `fixtures/`, and what is known of it.
public struct DialectFixture: Sendable, CustomTestStringConvertible {
  /// Its path in the folder beside the checkout: `fixtures/dialects/solo_tiny.ckpt`.
  public let path: String
  /// The dialect in which it is written.
  public let dialect: String
  /// The roles that it has, as they are called in reports.
  public let roles: [String]
  /// The reference outputs, or nil where nobody made some.
  public let reference: String?
  /// The optimiser's numbering, as the program's own objects gave it.
  public let optimizer: String?

  /// The file's name, in the names of tests.
  public var testDescription: String { path.split(separator: "/").last.map(String.init) ?? path }

  private init(
    _ name: String, _ dialect: String, _ roles: [String], reference: String? = nil,
    optimizer: String? = nil
  ) {
    path = "fixtures/\(dialect == "haiku" ? "deepmind" : "dialects")/" + name
    self.dialect = dialect
    self.roles = roles
    self.reference = reference.map { "fixtures/dialects/\($0).ref.npz" }
    self.optimizer = optimizer.map { "fixtures/dialects/\($0).optmap.json" }
  }

  private static let encoder = ["online.encoder"]
  private static let online = ["online.encoder", "online.projector", "online.predictor"]
  private static let target = ["target.encoder", "target.projector"]
  private static let both = online + target
  private static let heads = online + ["online.heads"] + target

  /// Directories and files that Keras wrote, in both of its layouts.
  public static let keras: [DialectFixture] =
    [DialectFixture("keras_tf2_tiny", "garder14", both, reference: "keras_tf2_tiny")]
    + ["_200.h5", ".weights.h5"].flatMap { ending in
      [
        ("f_online", "online.encoder"), ("g_online", "online.projector"),
        ("q_online", "online.predictor"), ("f_target", "target.encoder"),
        ("g_target", "target.projector"),
      ].map { DialectFixture("keras_tf2_tiny/\($0)\(ending)", "garder14", [$1]) }
    }

  /// Every file of `fixtures/dialects` that PyTorch, Paddle or safetensors wrote.
  public static let torch: [DialectFixture] =
    [
      DialectFixture(
        "bolts_tiny.ckpt", "lightning-bolts", both + ["optimizer", "training"],
        reference: "bolts_tiny", optimizer: "bolts_tiny"),
      DialectFixture(
        "byolconvert_tiny.pth.tar", "byol-convert", encoder + ["online.heads"],
        reference: "byolconvert_tiny"),
      DialectFixture(
        "lightly_bench_tiny.ckpt", "lightly-benchmark", heads + ["optimizer", "training"],
        reference: "lightly_bench_tiny", optimizer: "lightly_bench_tiny"),
      DialectFixture(
        "lightly_example_tiny.pth", "lightly-example", both + ["training"],
        reference: "lightly_example_tiny"),
      DialectFixture(
        "mmselfsup1_tiny.pth", "mmselfsup", both + ["optimizer", "training"],
        reference: "mmselfsup1_tiny", optimizer: "mmselfsup1_tiny"),
      DialectFixture(
        "mmselfsup1_tiny.published.pth", "mmselfsup", both + ["training"],
        reference: "mmselfsup1_tiny"),
      DialectFixture(
        "mmselfsup1_tiny.extract_backbone.pth", "openmmlab-backbone", encoder + ["training"]),
      DialectFixture(
        "openselfsup_tiny.extract_backbone.pth", "openmmlab-backbone", encoder + ["training"]),
      DialectFixture("passl_tiny.pdparams", "passl", heads, reference: "passl_tiny"),
      DialectFixture(
        "solo_tiny.ckpt", "solo-learn", heads + ["optimizer", "training"], reference: "solo_tiny",
        optimizer: "solo_tiny"),
      DialectFixture(
        "sthalles_resnet18_tiny.pth", "sthalles",
        ["online.encoder", "online.projector"] + target + ["optimizer", "training"],
        reference: "sthalles_resnet18_tiny", optimizer: "sthalles_resnet18_tiny"),
      DialectFixture(
        "timmhf_tiny/model.safetensors", "torchvision", encoder + ["training"],
        reference: "timmhf_tiny"),
      DialectFixture(
        "yaox12_tiny.pth.tar", "yaox12", both + ["optimizer", "training"], reference: "yaox12_tiny",
        optimizer: "yaox12_tiny"),
      DialectFixture(
        "yaox12_tiny.ddp.pth.tar", "yaox12", both + ["optimizer", "training"],
        reference: "yaox12_tiny", optimizer: "yaox12_tiny"),
      DialectFixture(
        "lucidrains_v082.net_only.pt", "torchvision", encoder + ["online.heads", "training"]),
      DialectFixture(
        "lucidrains_v082.resume.pt", "lucidrains",
        heads + ["target.heads", "optimizer", "training"], reference: "lucidrains_v082",
        optimizer: "lucidrains_v082"),
    ]
    + ["pt", "legacy.pt", "proto4.pt", "dataparallel.pt", "safetensors"].map {
      DialectFixture(
        "lucidrains_v082.\($0)", "lucidrains", heads + ["target.heads", "training"],
        reference: "lucidrains_v082")
    }
    + ["pt", "safetensors"].map {
      DialectFixture(
        "lucidrains_v082.bf16.\($0)", "lucidrains", heads + ["target.heads", "training"],
        reference: "lucidrains_v082.bf16")
    }

  private static let everything =
    heads + ["target.predictor", "target.heads", "optimizer", "training"]

  /// DeepMind's states: those of the first list have the values of `tiny_haiku_byol.npz`.
  public static let deepMindSame: [DialectFixture] = [
    "tiny_haiku_byol.npz", "tiny_haiku_byol.npy", "tiny_haiku_byol.pkl",
    "tiny_haiku_byol.proto4.pkl",
    "tiny_haiku_byol.jaxarrays.pkl", "tiny_flatmapping.pkl", "tiny_published_style.pkl",
  ].map { DialectFixture($0, "haiku", everything) }

  /// The others: other networks, parameters alone, and a linear evaluation.
  public static let deepMindOthers: [DialectFixture] =
    ["basicblock", "v2"].flatMap { kind in
      ["npz", "pkl"].map { DialectFixture("tiny_haiku_byol_\(kind).\($0)", "haiku", everything) }
    }
    + ["npz", "npy", "pkl"].map {
      DialectFixture("tiny_haiku_online_params.\($0)", "haiku", online + ["online.heads"])
    }
    + [
      DialectFixture(
        "tiny_linear_eval.pkl", "haiku",
        online + ["online.heads", "optimizer", "training"])
    ]

  /// Every file.
  public static let all = torch + deepMindSame + deepMindOthers
}
