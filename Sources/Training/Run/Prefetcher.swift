import Archives
import Tensors

/// Makes batches ahead of the training, on threads of their own.
///
/// Each thread makes whole batches. No more than `ahead` of them are made or wait at a time, so memory
/// stays at that. A position out of turn begins a new series; the results are the same either way.
final class Prefetcher<Item: Sendable>: Sendable {
  private struct State: Sendable {
    /// The first position that nobody has begun.
    var next = 0
    /// The position that is waited for, or will be; nothing is begun before the first is known.
    var wanted: Int?
    /// How often a position came out of turn: results of an earlier series are of no use.
    var series = 0
    var ready: [Int: Result<Item, any Error>] = [:]
    /// Threads that have not ended.
    var running = 0
    /// Why there are fewer of them than were asked for.
    var refusal: (any Error)?
    var isStopped = false
  }

  private let make: @Sendable (Int) throws -> Item
  private let ahead: Int
  private let state = Monitor(State())

  /// Starts the threads; they wait for the first position.
  ///
  /// - Parameters:
  ///   - workers: threads, at least 1; where the system gives fewer, those do the work.
  ///   - make: called with a position, from any of the threads.
  init(workers: Int, make: @escaping @Sendable (Int) throws -> Item) {
    self.make = make
    ahead = workers + 1
    for number in 0..<workers {
      state.withValue { $0.running += 1 }
      do {
        try WorkerThread.start(name: "pictures \(number)", stackSize: 4 << 20) { [self] in work() }
      } catch {
        state.withValue { state in
          state.running -= 1
          state.refusal = error
        }
      }
    }
  }

  /// The item at `position`, which may have to be waited for.
  ///
  /// - Throws: what `make` threw at that position; `Failure` (`usage`) after `stop`, (`inputOutput`) where
  ///   the system gave no thread.
  func item(at position: Int) throws -> Item {
    state.withValue { state in
      let isInTurn = state.wanted.map { $0 <= position && position <= state.next } ?? false
      if !isInTurn {
        state.series += 1
        state.ready = [:]
        state.next = position
      }
      state.wanted = position
    }
    let result = try state.wait { state -> Result<Item, any Error>? in
      if let result = state.ready.removeValue(forKey: position) {
        state.wanted = position + 1
        return result
      }
      guard !state.isStopped else {
        throw Failure(.usage, "the preparation of pictures was stopped")
      }
      if state.running == 0, let refusal = state.refusal { throw refusal }
      return nil
    }
    return try result.get()
  }

  /// Ends the threads and waits for them.
  func stop() {
    state.withValue { $0.isStopped = true }
    state.wait { state -> Void? in
      guard state.running == 0 else { return nil }
      state.ready = [:]
      return ()
    }
  }

  /// What a thread does.
  private func work() {
    while let turn = turn() {
      let result = Result { try make(turn.position) }
      state.withValue { state in
        if turn.series == state.series { state.ready[turn.position] = result }
      }
    }
    state.withValue { $0.running -= 1 }
  }

  /// The next position to begin, for which this waits; nil at the end.
  private func turn() -> (position: Int, series: Int)? {
    state.wait { state -> (position: Int, series: Int)?? in
      if state.isStopped { return .some(nil) }
      guard let wanted = state.wanted, state.next < wanted + ahead else { return nil }
      defer { state.next += 1 }
      return (state.next, state.series)
    }
  }
}
