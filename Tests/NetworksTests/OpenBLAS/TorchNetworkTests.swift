import Archives
import Checkpoints
import Networks
import TestSupport
import Tensors
import Testing

/// The engine against outputs of PyTorch: symmetric padding, unbiased statistics, odd pictures.
@Suite("OpenBLAS engine, PyTorch's networks")
struct TorchNetworkTests {
  private static let lucidrains = [
    "online_encoder.net.": "online/encoder", "online_encoder.projector.": "online/projector",
    "online_predictor.": "online/predictor", "target_encoder.net.": "target/encoder",
    "target_encoder.projector.": "target/projector",
  ]

  private func reference(_ name: String) throws -> Reference {
    let file = try MappedFile(Shared.path("fixtures/dialects/\(name)"))
    return try Reference(Formats.recognising(file).read(file), name: name)
  }

  @Test(
    "every output of both networks, even and odd pictures",
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: [
      ("lucidrains_v082.safetensors", "lucidrains_v082.ref.npz", 10),
      ("lucidrains_v082.bf16.safetensors", "lucidrains_v082.bf16.ref.npz", 10),
      ("timmhf_tiny/model.safetensors", "timmhf_tiny.ref.npz", 2),
    ])
  func outputs(_ weights: String, _ expected: String, _ count: Int) throws {
    let checkpoint = try TorchNetwork.checkpoint(
      Shared.path("fixtures/dialects/\(weights)"),
      prefixes: count == 2 ? ["": "online/encoder"] : Self.lucidrains)
    let reference = try reference(expected)
    for precision in OpenBLASEngine.Precision.allCases {
      let engine = OpenBLASEngine(precision: precision, threads: 1)
      let comparison = try reference.compare(with: checkpoint, engine: engine)
      #expect(comparison.outputs.count == count)
      #expect(comparison.missing.isEmpty)
      #expect(comparison.error < 1e-5, "\(precision)")
    }
  }

  @Test(
    "SAME padding by mistake is found from PyTorch's outputs",
    .enabled(if: Shared.isPresent, Shared.why))
  func wrongPadding() throws {
    var checkpoint = try TorchNetwork.checkpoint(
      Shared.path("fixtures/dialects/lucidrains_v082.safetensors"), prefixes: Self.lucidrains)
    checkpoint.contract.encoder.padding = .same
    checkpoint.contract.encoder.poolPadding = .same
    let result = try diagnose(
      reference: reference("lucidrains_v082.ref.npz"), checkpoint: checkpoint,
      engine: OpenBLASEngine(precision: .float64, threads: 1), tolerance: 1e-5)
    #expect(result.explanation.map(\.found) == ["symmetric, pooling symmetric"])
    #expect(result.alternatives.isEmpty)
  }
}
