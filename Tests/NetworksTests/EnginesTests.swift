import Networks
import Tensors
import Testing

/// The list of engines.
@Suite struct EnginesTests {
  @Test func everyEngineIsFoundByItsName() throws {
    for choice in Engines.all {
      #expect(try Engines.named(choice.name, threads: 1).name == choice.engine(threads: 1).name)
    }
    #expect(Set(Engines.names).count == Engines.names.count)
    #expect(Engines.names.contains("openblas-f64"))
  }

  @Test func anUnknownEngineIsRefusedWithTheNamesThereAre() {
    let failure = #expect(throws: Failure.self) { try Engines.named("abacus") }
    #expect(failure?.kind == .usage)
    for name in Engines.names { #expect(failure?.message.contains(name) == true) }
  }

  @Test func theFastestEngineComesFirstAndTheExactOneIsFloat64() {
    #expect(Engines.fast(threads: 1).name == Engines.all[0].engine(threads: 1).name)
    #expect(Engines.exact().name == "openblas float64")
    #if ONEDNN
      #expect(Engines.fast().name == "onednn float32")
    #endif
  }
}
