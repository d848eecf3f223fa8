import Archives
import Testing

@testable import Training

@Suite struct MonitorTests {
  @Test func `changes from several threads are all kept`() throws {
    let (threads, turns) = (4, 5000)
    let count = Monitor(0)
    let ended = Monitor(0)
    for number in 0..<threads {
      try WorkerThread.start(name: "counter \(number)", stackSize: 1 << 20) {
        for _ in 0..<turns { count.withValue { $0 += 1 } }
        ended.withValue { $0 += 1 }
      }
    }
    ended.wait { $0 == threads ? () : nil }
    #expect(count.withValue { $0 } == threads * turns)
  }

  @Test func `who waits is woken by a change, and by one that another waiting thread makes`() throws
  {
    // A token goes round: each thread waits for its own number and hands on the next.
    let threads = 3
    let token = Monitor(0)
    for number in 0..<threads {
      try WorkerThread.start(name: "ring \(number)", stackSize: 1 << 20) {
        for round in 0..<100 {
          token.wait { value -> Void? in
            guard value == round * threads + number else { return nil }
            value += 1
            return ()
          }
        }
      }
    }
    #expect(token.wait { $0 == 100 * threads ? $0 : nil } == 300)
  }

  @Test func `a failure gives the monitor back`() {
    struct Stop: Error {}
    let value = Monitor(1)
    #expect(throws: Stop.self) {
      try value.withValue { value in
        value = 2
        throw Stop()
      }
    }
    #expect(throws: Stop.self) { try value.wait { _ -> Int? in throw Stop() } }
    #expect(value.withValue { $0 } == 2)
  }
}
