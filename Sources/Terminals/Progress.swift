import Glibc
import Tensors

/// A line on the terminal that shows how far long work is; nothing where standard error is a pipe.
public final class Progress: @unchecked Sendable {
  private let title: String
  private let total: Int
  private let isShown: Bool
  private let lock = Mutex()
  private var done = 0
  private var shown = -1
  private var started: ContinuousClock.Instant

  /// Progress of `total` bytes. It appears only after a second.
  public init(_ title: String, total: Int, quiet: Bool = false) {
    self.title = title
    self.total = total
    isShown = !quiet && total > 0 && isatty(STDERR_FILENO) == 1
    started = .now
  }

  /// Notes that `bytes` more are done; safe from several threads.
  public func advance(_ bytes: Int) {
    guard isShown else { return }
    lock.withLock {
      done += bytes
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

/// A mutual exclusion over `pthread_mutex_t`.
private final class Mutex: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func withLock(_ body: () -> Void) {
    pthread_mutex_lock(mutex)
    body()
    pthread_mutex_unlock(mutex)
  }
}
