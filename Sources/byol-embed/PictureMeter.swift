import Glibc
import Synchronization
import Tensors
import Terminals

/// A line on the terminal that shows how many pictures are done; nothing where standard error is a
/// pipe.
final class PictureMeter: Sendable {
  private let total: Int
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let next = Mutex(ContinuousClock.now + .seconds(1))
  private let hasShown = Mutex(false)

  init(total: Int, quiet: Bool) {
    self.total = total
    isShown = !quiet && isatty(STDERR_FILENO) == 1
  }

  /// Notes that `done` pictures are done in all; the line changes five times a second at most.
  func reached(_ done: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let isDue = next.withLock { next in
      guard now >= next else { return false }
      next = now + .milliseconds(200)
      return true
    }
    guard isDue else { return }
    hasShown.withLock { $0 = true }
    let rate = Double(done) / ((now - start) / .seconds(1))
    show(
      "\r\(Numbers.grouped(done)) of \(Numbers.grouped(total)) pictures, "
        + "\(Numbers.fixed(rate, 1)) images/s ")
  }

  /// Removes the line.
  func finish() {
    let wasShown = hasShown.withLock { shown in
      defer { shown = false }
      return shown
    }
    if wasShown { show("\r\u{1B}[K") }
  }

  private func show(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
