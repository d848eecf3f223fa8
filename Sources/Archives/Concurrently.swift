import Dispatch
import Synchronization
import Tensors

/// Calls `body` with every item, on at most `threads` threads, heavy items first.
///
/// The first failure is thrown; items not begun by then are left out. Where there is no room for their
/// stacks, there are fewer threads.
package func forEachConcurrently<Item: Sendable>(
  _ items: [Item], threads: Int, weight: (Item) -> Int, _ body: @Sendable (Item) throws -> Void
) throws {
  let order = items.enumerated().map { (position: $0, weight: weight($1)) }
    .sorted { ($1.weight, $0.position) < ($0.weight, $1.position) }
    .map(\.position)
  let next = Mutex(0)
  let failure = Mutex<(any Error)?>(nil)
  var threads = max(1, min(threads, items.count))
  while threads > 1, !AddressSpace.hasRoom(for: threads * AddressSpace.threadByteCount) {
    threads /= 2
  }
  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    while failure.withLock({ $0 == nil }) {
      let turn = next.withLock { turn in
        defer { turn += 1 }
        return turn
      }
      guard turn < order.count else { return }
      do {
        try body(items[order[turn]])
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }
  if let error = failure.withLock({ $0 }) { throw error }
}

/// Adds up what several threads have done and reports the sum, one call at a time.
package final class ProgressMeter: Sendable {
  private let total = Mutex(0)
  private let report: (@Sendable (Int) -> Void)?

  /// A meter at 0 that reports to `report`.
  package init(_ report: (@Sendable (Int) -> Void)?) { self.report = report }

  /// Adds `count` and reports the new sum.
  package func add(_ count: Int) {
    guard let report else { return }
    total.withLock { total in
      total += count
      report(total)
    }
  }
}
