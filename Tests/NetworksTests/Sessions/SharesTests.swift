import Testing

@testable import Networks

/// How batches are shared among threads.
@Suite struct SharesTests {
  @Test(arguments: 1...40, [1, 2, 3, 8])
  func `every picture runs once`(count: Int, threads: Int) {
    for pixels in [32 * 32, 100 * 100, 224 * 224, 1000 * 1000] {
      let shares = Shares(count: count, pixels: pixels, threads: threads)
      let pictures = (shares.sideBySide + shares.together).flatMap { Array($0) }
      #expect(pictures == Array(0..<count))
      #expect((shares.sideBySide + shares.together).allSatisfy { $0.count <= shares.part })
    }
  }

  @Test func `whole pictures run side by side, and what is left over on all threads`() {
    let eight = Shares(count: 8, pixels: 224 * 224, threads: 2)
    #expect(eight.sideBySide == (0..<8).map { $0..<$0 + 1 })
    #expect(eight.together == [])
    #expect(Shares(count: 1, pixels: 224 * 224, threads: 2).together == [0..<1])
    #expect(Shares(count: 3, pixels: 224 * 224, threads: 2).together == [2..<3])
    // Three of four threads busy lose less than layers shared by four.
    #expect(Shares(count: 3, pixels: 224 * 224, threads: 4).together == [])
    #expect(Shares(count: 5, pixels: 224 * 224, threads: 1).together == [])
  }

  @Test func `small pictures run in parts that keep all threads busy`() {
    let small = Shares(count: 100, pixels: 32 * 32, threads: 2)
    #expect(small.part == 25)
    #expect(small.sideBySide.count == 4)
  }
}
