import Testing

@testable import Training

@Suite struct TauTests {
  @Test func `the paper's cosine goes from the base to 1`() {
    let tau = Tau(kind: .cosine, base: 0.99, total: 10)
    #expect(abs(tau.at(0) - 0.99) < 1e-15)
    #expect(abs(tau.at(5) - 0.995) < 1e-15)
    #expect(tau.at(10) == 1)
    #expect(tau.at(11) == 1)
  }

  /// `cosine_schedule(step, 10, 0.99, 1)` of lightly.
  @Test func `lightly's is 1 in the last step`() {
    var tau = Tau(kind: .cosine, base: 0.99, total: 10)
    tau.endsAtLast = true
    for (step, value) in [
      (0, 0.99), (1, 0.9903015368960705), (3, 0.9925), (8, 0.9996984631039295), (9, 1), (10, 1),
    ] {
      #expect(abs(tau.at(step) - value) < 1e-15, "step \(step)")
    }
  }

  @Test func `where tau is kept in memory, a process begins with the base`() {
    let tau = Tau(kind: .cosineFromBase, base: 0.9, total: 10)
    #expect(tau.at(5, isFirst: true) == 0.9)
    #expect(abs(tau.at(5) - 0.95) < 1e-15)
    #expect(Tau(kind: .constant, base: 0.9, total: 10).at(5) == 0.9)
  }
}
