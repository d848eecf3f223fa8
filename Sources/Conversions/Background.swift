import Dispatch

/// Work on another thread, whose result or failure is waited for.
final class Background<Value: Sendable>: @unchecked Sendable {
  private let group = DispatchGroup()
  private var result: Result<Value, any Error>?

  /// Starts the work.
  init(_ work: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global().async(group: group) { self.result = Result { try work() } }
  }

  /// Waits, and gives the result.
  func value() throws -> Value {
    group.wait()
    guard let result else { preconditionFailure("the group was left without a result") }
    return try result.get()
  }
}

/// Calls `body` for every index from several threads, and throws the first failure.
func inParallel(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let turns = Turns(count: count)
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while let index = turns.next() {
      do { try body(index) } catch { turns.fail(error) }
    }
  }
  if let failure = turns.failure { throw failure }
}

private final class Turns: @unchecked Sendable {
  private let lock = DispatchSemaphore(value: 1)
  private let count: Int
  private var given = 0
  private(set) var failure: (any Error)?

  init(count: Int) { self.count = count }

  func next() -> Int? {
    lock.wait()
    defer { lock.signal() }
    guard failure == nil, given < count else { return nil }
    given += 1
    return given - 1
  }

  func fail(_ error: any Error) {
    lock.wait()
    if failure == nil { failure = error }
    lock.signal()
  }
}
