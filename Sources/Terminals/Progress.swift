import Glibc
import Synchronization
import Tensors

/// A line on the terminal that shows how far long work is; nothing where standard error is a pipe.
public final class Progress: @unchecked Sendable {
  private let title: String
  private let total: Int
  private let isShown: Bool
  private let lock = Mutex(())
  private var shown = -1
  private var started: ContinuousClock.Instant

  /// Progress of `total` bytes.
  ///
  /// It appears only after a second.
  public init(_ title: String, total: Int, quiet: Bool = false) {
    self.title = title
    self.total = total
    isShown = !quiet && total > 0 && isatty(STDERR_FILENO) == 1
    started = .now
  }

  /// Notes that `done` bytes are done in all; safe from several threads.
  public func reached(_ done: Int) {
    guard isShown else { return }
    lock.withLock { _ in
      let percent = min(100, done * 100 / total)
      guard percent != shown, ContinuousClock.now - started > .seconds(1) else { return }
      shown = percent
      let seconds = Double((ContinuousClock.now - started).components.seconds) + 0.001
      let rate = Numbers.bytes(Int(Double(done) / seconds))
      print("\r\(title) \(percent) %  \(rate)/s ")
    }
  }

  /// Removes the line.
  public func finish() {
    guard isShown, shown >= 0 else { return }
    print("\r\u{1B}[K")
  }

  private func print(_ text: String) { writeToStandardError(text) }
}
