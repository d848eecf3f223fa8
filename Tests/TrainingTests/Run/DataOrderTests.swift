import Tensors
import Testing

@testable import Training

@Suite struct DataOrderTests {
  @Test func `an epoch goes through every picture once, in an order of its own`() throws {
    let order = try DataOrder(count: 103, batch: 10, seed: 7)
    let epochs = (0..<20).map { order.pictures(inEpoch: $0) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<103)) }
    #expect(Set(epochs).count == 20)
    #expect(order.batchesPerEpoch == 10)
    #expect(order.place(of: 0) == (0, 0) && order.place(of: 39) == (3, 9))
  }

  @Test func `the order is that of the definition, computed by another program`() throws {
    // Written out in Python after the comments of KeyedStreams.swift and DataOrder.swift.
    let order = try DataOrder(count: 10, batch: 2, seed: 1)
    #expect(order.pictures(inEpoch: 0) == [0, 8, 2, 9, 6, 4, 7, 5, 3, 1])
    #expect(order.pictures(inEpoch: 1) == [6, 8, 9, 0, 3, 2, 4, 5, 1, 7])
    var generator = order.generator(epoch: 3, place: 5, view: 1)
    #expect(generator.next() == 0x88B4D81AC7457FC6)
  }

  @Test func `bounded numbers are equally likely`() {
    var generator = SplitMix64(seed: 3, for: 9)
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[Int(generator.next(below: 7))] += 1 }
    // Six standard deviations of a binomial count are 556.
    for count in counts { #expect(abs(count - 10_000) < 556) }
  }

  @Test func `streams of different purposes differ`() throws {
    let order = try DataOrder(count: 100, batch: 10, seed: 1)
    var seen: Set<UInt64> = []
    for epoch in 0..<10 {
      for place in 0..<100 {
        for view in 0..<2 {
          var generator = order.generator(epoch: epoch, place: place, view: view)
          seen.insert(generator.next())
        }
      }
    }
    #expect(seen.count == 2000)
  }

  @Test func `too few pictures are refused`() {
    #expect(failure { try DataOrder(count: 9, batch: 10, seed: 1) }?.kind == .badInput)
    #expect(failure { try DataOrder(count: 9, batch: 1, seed: 1) }?.kind == .usage)
  }

  private func failure(_ body: () throws -> DataOrder) -> Failure? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? Failure
    }
  }
}
