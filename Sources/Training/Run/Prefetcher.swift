import Foundation
import Synchronization
import Tensors

/// Makes batches ahead of the training, on threads of their own.
///
/// Each thread makes whole batches. No more than `ahead` of them are made or wait at a time, so memory
/// stays at that. A position out of turn begins a new series; the results are the same either way.
final class Prefetcher<Item: Sendable>: @unchecked Sendable {
  private let make: @Sendable (Int) throws -> Item
  private let ahead: Int
  private let condition = NSCondition()
  // Under the condition:
  private var next = 0
  private var wanted = 0
  private var series = 0
  private var isStopped = false
  private var ready: [Int: Result<Item, any Error>] = [:]
  private var running = 0

  /// Starts the threads; they wait for the first position.
  ///
  /// - Parameters:
  ///   - workers: threads, at least 1.
  ///   - make: called with a position, from any of the threads.
  init(workers: Int, make: @escaping @Sendable (Int) throws -> Item) {
    self.make = make
    ahead = workers + 1
    // Nothing is begun before the first position is known.
    wanted = -1
    for number in 0..<workers {
      running += 1
      let thread = Thread { [self] in work() }
      thread.name = "pictures \(number)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// The item at `position`, which may have to be waited for.
  func item(at position: Int) throws -> Item {
    condition.lock()
    defer { condition.unlock() }
    if wanted < 0 || position < wanted || position > next {
      series += 1
      ready = [:]
      next = position
    }
    wanted = position
    condition.broadcast()
    while ready[position] == nil {
      guard !isStopped else {
        throw Failure(.usage, "the preparation of pictures was stopped")
      }
      condition.wait()
    }
    guard let result = ready.removeValue(forKey: position) else {
      throw Failure(.inputOutput, "a thread ended without a result")
    }
    wanted = position + 1
    condition.broadcast()
    return try result.get()
  }

  /// Ends the threads and waits for them.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    while running > 0 { condition.wait() }
    ready = [:]
    condition.unlock()
  }

  private func work() {
    condition.lock()
    while !isStopped {
      guard wanted >= 0, next < wanted + ahead else {
        condition.wait()
        continue
      }
      let position = next
      let mine = series
      next += 1
      condition.unlock()
      let result = Result { try make(position) }
      condition.lock()
      if mine == series { ready[position] = result }
      condition.broadcast()
    }
    running -= 1
    condition.broadcast()
    condition.unlock()
  }
}
