import Testing

@testable import Checkpoints

/// Numbers in names count as numbers.
@Suite struct NaturalOrderTests {
  @Test func `block2 comes before block10`() {
    let names = ["block10.w", "block2.w", "block2.b", "a", "block", "block02.w", "10", "9"]
    let sorted = names.sorted { NaturalOrder($0) < NaturalOrder($1) }
    #expect(sorted.firstIndex(of: "block2.w")! < sorted.firstIndex(of: "block10.w")!)
    #expect(sorted.firstIndex(of: "block2.b")! < sorted.firstIndex(of: "block2.w")!)
    #expect(sorted.prefix(2) == ["9", "10"])
    #expect(sorted.firstIndex(of: "block")! < sorted.firstIndex(of: "block2.b")!)
  }

  @Test func `numbers too long for a number are text`() {
    let long = String(repeating: "9", count: 400)
    #expect(!(NaturalOrder(long) < NaturalOrder(long)))
    #expect(NaturalOrder("1") < NaturalOrder(long))
  }
}
