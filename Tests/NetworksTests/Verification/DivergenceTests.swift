import Checkpoints
import Networks
import Testing

@Suite("Divergence of engines")
struct DivergenceTests {
  /// An engine with something wrong in it: another contract.
  private struct WrongEngine: Engine {
    let base = OpenBLASEngine(precision: .float64, threads: 1)
    var change: @Sendable (inout Contract) -> Void
    var name: String { "wrong" }

    func run(_ request: ForwardRequest, on checkpoint: Checkpoint) throws -> ForwardResult {
      var copy = checkpoint
      change(&copy.contract)
      return try base.run(request, on: copy)
    }
  }

  private let engine = OpenBLASEngine(precision: .float64, threads: 1)

  private func first(_ other: any Engine, tolerance: Double = 1e-5) throws -> Divergence? {
    var random = Random(8)
    let input = Activation(shape: [2, 3, 30, 30], values: random.numbers(2 * 3 * 900))
    return try Divergence.first(
      of: engine, from: other, request: ForwardRequest(input: input),
      on: RandomCheckpoint(.tiny()).checkpoint, tolerance: tolerance)
  }

  @Test("two precisions agree in every stage")
  func precisions() throws {
    let single = OpenBLASEngine(precision: .float32, threads: 1)
    #expect(try first(single) == nil)
    let strict = try #require(try first(single, tolerance: 1e-12))
    #expect(strict.stage == "stem/conv")
    #expect(strict.error < 1e-6)
  }

  @Test("the first stage that differs is named")
  func wrong() throws {
    let cases: [(String, @Sendable (inout Contract) -> Void)] = [
      ("stem/conv", { $0.encoder.padding = .symmetric }),
      ("stem/bn", { $0.batchNorm.eps = 1e-2 }),
      ("stem/pool", { $0.encoder.stem.pool = false }),
      ("stage1/block0/conv0", { $0.encoder.strideAt = 0 }),
    ]
    for (stage, change) in cases {
      #expect(try first(WrongEngine(change: change))?.stage == stage)
    }
  }
}
