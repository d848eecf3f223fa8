import Archives
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Optimiser state across programs that disagree on what a momentum buffer contains.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct OptimizerConversionTests {
  func checkpoint(_ name: String) throws -> Checkpoint {
    var checkpoint = try Loaded(Shared.path("fixtures/dialects/" + name)).checkpoint
    checkpoint.tree = nil
    return checkpoint
  }

  func momentum(_ checkpoint: Checkpoint) throws -> [Float] {
    try checkpoint.tensor("optimizer/momentum/online/encoder/stem/conv/weight").floats()
  }

  @Test func `a momentum without the learning rate stays as it is`() throws {
    // solo-learn and lightly both keep it outside, and number parameters in other orders.
    var solo = try checkpoint("lightly_bench_tiny.ckpt")
    let before = solo.entries.filter { $0.path.hasPrefix("optimizer/") }
    let haiku = try Dialect.haiku()
    let exported = try haiku.write(solo, format: Npz())
    #expect(exported.factors.isEmpty)
    let there = try haiku.read(exported.archive).checkpoint
    for buffer in before {
      #expect(try there[buffer.path]?.hasSameBits(as: buffer.tensor) == true, "\(buffer.path)")
    }
    // And back into lightly's three groups, from names alone.
    solo = there
    solo.tree = nil
    let lightly = try Dialects.named("lightly-benchmark")
    let back = try lightly.read(lightly.write(solo, format: Torch()).archive).checkpoint
    for buffer in before {
      #expect(try back[buffer.path]?.hasSameBits(as: buffer.tensor) == true, "\(buffer.path)")
    }
  }

  @Test func `the last learning rate goes into a buffer and out of it`() throws {
    var source = try checkpoint("lightly_bench_tiny.ckpt")
    let rate = 0.5
    source.recipe.optimizer?.lastLR = rate
    let plain = try momentum(source)
    var options = ExportOptions()
    options.zeroBiases = true
    let target = try Dialects.named("yaox12")
    let exported = try target.write(source, format: Torch(), options: options)
    #expect(exported.notes.contains { $0.contains("multiplied") && $0.contains("constant") })
    var there = try target.read(exported.archive).checkpoint
    #expect(there.recipe.optimizer?.lrInBuffer == true)
    #expect(there.recipe.optimizer?.lastLR == rate)
    #expect(try momentum(there) == plain.map { $0 * Float(rate) })
    there.tree = nil
    let back = try Dialect.haiku().write(there, format: Npz())
    #expect(back.notes.contains { $0.contains("divided") })
    // Halves are exact.
    #expect(try momentum(Dialect.haiku().read(back.archive).checkpoint) == plain)
  }

  @Test(arguments: [0, nil] as [Double?])
  func `without a last learning rate the conversion is refused`(_ rate: Double?) throws {
    var source = try checkpoint("solo_tiny.ckpt")
    source.recipe.optimizer?.lastLR = rate
    let failure = #expect(throws: Failure.self) {
      try Dialects.named("yaox12").write(source, format: Torch())
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains(rate == 0 ? "is 0" : "not known") == true)
  }

  @Test func `Adam's state is not taken for momentum`() throws {
    let source = try checkpoint("bolts_tiny.ckpt")
    let exported = try Dialects.named("lightly-benchmark").write(source, format: Torch())
    #expect(exported.notes.contains { $0.contains("begins anew") })
    let slots = Set(
      exported.leftOut.filter { $0.hasPrefix("optimizer/") }
        .map { $0.split(separator: "/")[1] })
    #expect(slots == ["exp_avg", "exp_avg_sq", "step"])
  }

  @Test func `buffers whose shapes are not their parameters' stay extras`() throws {
    let loaded = try Loaded(Shared.path("fixtures/dialects/yaox12_tiny.pth.tar"))
    // The buffers of two parameters change places.
    func swapped(_ node: Node) -> Node {
      guard case .mapping(let kind, let entries) = node else { return node }
      return .mapping(
        kind: kind,
        entries.map { entry in
          switch entry.key {
          case .number(0): Node.Entry(.number(1), entry.value)
          case .number(1): Node.Entry(.number(0), entry.value)
          default: Node.Entry(entry.key, swapped(entry.value))
          }
        })
    }
    let archive = Archive(swapped(loaded.archive.root), format: "torch")
    let checkpoint = try Dialects.named("yaox12").read(archive).checkpoint
    #expect(!checkpoint.entries.contains { $0.path.hasPrefix("optimizer/") })
    #expect(checkpoint.extras.count == 72)
  }
}
