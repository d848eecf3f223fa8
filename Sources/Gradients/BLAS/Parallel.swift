import Dispatch

/// A fixed number of threads that share out loops.
///
/// The parts of a loop follow from its length and the number of threads alone, so that the same number of
/// threads gives the same bits.
struct Parallel {
  /// Threads at most.
  let threads: Int

  /// Calls `body` with the number and range of each part of 0..<count, at the same time.
  ///
  /// - Parameter grain: iterations that are worth a thread.
  func forEach(_ count: Int, grain: Int = 1, _ body: (Int, Range<Int>) -> Void) {
    let parts = parts(of: count, grain: grain)
    guard parts > 1 else { return body(0, 0..<count) }
    // The parts of a loop write to places of their own.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: parts) { number in
      unsafe body(number, count * number / parts..<count * (number + 1) / parts)
    }
  }

  /// The number of parts in which `forEach` runs through `count` iterations.
  func parts(of count: Int, grain: Int = 1) -> Int { max(1, min(threads, count / max(grain, 1))) }
}
