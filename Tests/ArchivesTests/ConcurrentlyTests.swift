import Synchronization
import Tensors
import Testing

@testable import Archives

@Suite struct ConcurrentlyTests {
  @Test(arguments: [1, 2, 7]) func everyItemOnce(_ threads: Int) throws {
    let seen = Mutex<[Int]>([])
    try forEachConcurrently(Array(0..<100), threads: threads, weight: { $0 }) { item in
      seen.withLock { $0.append(item) }
    }
    #expect(seen.withLock { $0.sorted() } == Array(0..<100))
  }

  @Test func heavyItemsFirst() throws {
    let seen = Mutex<[Int]>([])
    try forEachConcurrently([3, 9, 1, 9, 5], threads: 1, weight: { $0 }) { item in
      seen.withLock { $0.append(item) }
    }
    #expect(seen.withLock { $0 } == [9, 9, 5, 3, 1])
  }

  @Test func theFirstFailureStopsTheRest() {
    let seen = Mutex(0)
    #expect(throws: Failure.self) {
      try forEachConcurrently(Array(0..<100), threads: 1, weight: { _ in 1 }) { item in
        seen.withLock { $0 += 1 }
        if item == 3 { throw Failure(.differs, "three") }
      }
    }
    #expect(seen.withLock { $0 } == 4)
  }

  @Test func noItemsAreDone() throws {
    try forEachConcurrently([Int](), threads: 2, weight: { $0 }) { _ in
      throw Failure(.differs, "there is nothing to do")
    }
  }
}
