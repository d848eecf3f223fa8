import Checkpoints
import Networks
import Tensors
import Testing

/// A wrong thing, and the sentence that names it.
struct HostileCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var sentence: String
  var change: @Sendable (Checkpoint) throws -> Checkpoint

  init(
    _ name: String, says sentence: String,
    _ change: @escaping @Sendable (Checkpoint) throws -> Checkpoint
  ) {
    testDescription = name
    self.sentence = sentence
    self.change = change
  }

  /// A change of the contract only.
  init(
    contract name: String, says sentence: String,
    _ change: @escaping @Sendable (inout Contract) -> Void
  ) {
    self.init(name, says: sentence) { checkpoint in
      var copy = checkpoint
      change(&copy.contract)
      return copy
    }
  }

  static let all: [HostileCase] = [
    .init(
      "missing tensor",
      says: "online/encoder/stage0/block1/conv2/weight: the checkpoint has no such tensor"
    ) { $0.without("online/encoder/stage0/block1/conv2/weight") },
    .init(
      "weight of another depth",
      says: "online/encoder/stem/conv/weight: expected shape [out, 3, 7, 7], found [4, 2, 7, 7]"
    ) {
      try $0.with(
        "online/encoder/stem/conv/weight", [Double](repeating: 0, count: 392),
        shape: [4, 2, 7, 7])
    },
    .init(
      "weight without elements",
      says: "online/encoder/stem/conv/weight: expected shape [out, 3, 7, 7], found [0, 3, 7, 7]"
    ) { try $0.with("online/encoder/stem/conv/weight", [], shape: [0, 3, 7, 7]) },
    .init(
      "statistics of another length",
      says: "online/encoder/stem/bn/mean: expected shape [4], found [5]"
    ) { try $0.with("online/encoder/stem/bn/mean", [0, 0, 0, 0, 0]) },
    .init(
      "negative variance",
      says: "online/encoder/stem/bn/variance: expected variances above minus eps (1e-05), "
        + "found -1.0"
    ) { try $0.with("online/encoder/stem/bn/variance", [1, -1, 1, 1]) },
    .init(
      "variance that is no number",
      says: "online/encoder/stem/bn/variance: expected variances above minus eps (1e-05), "
        + "found nan"
    ) { try $0.with("online/encoder/stem/bn/variance", [1, .nan, 1, 1]) },
    .init(
      "missing layer of the projector",
      says: "online/projector/linear1/weight: the checkpoint has no such tensor"
    ) { $0.without("online/projector/linear1/weight") },
    .init(
      "missing bias",
      says: "online/projector/linear0: expected a bias, as the contract has, found none"
    ) { $0.without("online/projector/linear0/bias") },
    .init(
      "missing shortcut",
      says: "online/encoder/stage0/block0: expected a shortcut of shape [1, 8, 5, 5], "
        + "found [1, 4, 5, 5]"
    ) { $0.without("online/encoder/stage0/block0/shortcut/conv/weight") },
    .init(
      contract: "unknown family",
      says:
        "contract.encoder.family: this engine runs ResNets, and the encoder is of the family 'vit'"
    ) { $0.encoder.family = "vit" },
    .init(
      contract: "negative number of blocks",
      says: "contract: expected blocks and a stride for each stage, the stride at a convolution "
        + "0 to 2, found blocks [-1, 1], strides [1, 2], stride at 1"
    ) { $0.encoder.blocks[0] = -1 },
    .init(
      contract: "stride at no convolution",
      says: "contract: expected blocks and a stride for each stage, the stride at a convolution "
        + "0 to 2, found blocks [2, 1], strides [1, 2], stride at 3"
    ) { $0.encoder.strideAt = 3 },
    .init(
      contract: "stride of zero",
      says: "online/encoder/stem/conv: expected a kernel and a stride of 1 to 1024 pixels, "
        + "found kernel 7, stride 0"
    ) { $0.encoder.stem.stride = 0 },
    .init(
      contract: "huge padding",
      says: "online/encoder/stem/conv: expected padding of 0 to 6 pixels, found 1000000000"
    ) { $0.encoder.stem.pad = 1_000_000_000 },
    .init(
      contract: "kernel of another size",
      says: "online/encoder/stem/conv/weight: expected shape [out, 3, 3, 3], found [4, 3, 7, 7]"
    ) { $0.encoder.stem.kernel = 3 },
    .init(
      contract: "projector of other sizes",
      says: "online/projector/linear0: expected 99 outputs, as the contract has, found 12"
    ) { $0.mlp.projector[1] = 99 },
  ]
}

@Suite("OpenBLAS engine, hostile input")
struct HostileCheckpointTests {
  private func run(_ checkpoint: Checkpoint, _ shape: [Int] = [1, 3, 20, 20]) throws {
    let input = Activation(
      shape: shape, values: [Double](repeating: 0.5, count: shape.reduce(1, *)))
    for precision in OpenBLASEngine.Precision.allCases {
      _ = try OpenBLASEngine(precision: precision).run(
        ForwardRequest(input: input), on: checkpoint)
    }
  }

  @Test("is refused in one sentence", arguments: HostileCase.all)
  func refused(_ it: HostileCase) throws {
    let checkpoint = try it.change(RandomCheckpoint(.tiny()).checkpoint)
    let failure = #expect(throws: Failure.self) { try run(checkpoint) }
    #expect(failure?.description == it.sentence)
    #expect(failure?.kind == .badInput)
  }

  @Test("an input that is no batch of pictures is refused")
  func input() throws {
    let checkpoint = try RandomCheckpoint(.tiny()).checkpoint
    let shapes = [[3, 20, 20], [0, 3, 20, 20], [1, 3, 0, 20], []]
    for shape in shapes {
      let failure = #expect(throws: Failure.self) { try run(checkpoint, shape) }
      #expect(failure?.kind == .usage)
    }
    #expect(throws: Failure.self) { try run(checkpoint, [1, 4, 20, 20]) }
  }

  @Test("a picture smaller than the unpadded kernel is refused")
  func smallPicture() throws {
    var contract = Contract.tiny()
    contract.encoder.stem.pad = 0
    let checkpoint = try RandomCheckpoint(contract).checkpoint
    let failure = #expect(throws: Failure.self) { try run(checkpoint, [1, 3, 6, 20]) }
    #expect(
      failure?.description
        == "online/encoder/stem/conv: expected at least 7 pixels along each axis, found 6")
  }
}
