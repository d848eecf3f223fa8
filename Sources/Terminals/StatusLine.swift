import Synchronization
import Tensors

/// A line on the terminal that is written over and over; nothing where standard error is no terminal.
///
/// Any thread may write it.
public final class StatusLine: Sendable {
  private let isShown: Bool
  private let interval: Duration
  private let state: Mutex<(text: String, due: ContinuousClock.Instant)>

  /// A line that stands for nothing yet.
  ///
  /// - Parameters:
  ///   - quiet: whether it never appears.
  ///   - delay: how long work must take before the line appears.
  ///   - interval: the least time between two changes of it.
  public init(
    quiet: Bool = false, delay: Duration = .zero, interval: Duration = .milliseconds(100)
  ) {
    isShown = !quiet && Terminal.canMove(.errors)
    self.interval = interval
    state = Mutex(("", .now + delay))
  }

  deinit { clear() }

  /// Replaces the line, where it is time to.
  public func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      guard now >= state.due else { return }
      let text = text().legible
      guard text != state.text else { return }
      state = (text, now + interval)
      // Without automatic wrapping (DECAWM), which would leave a narrow terminal full of old lines.
      OwnProcess.writeToStandardError("\r\u{1B}[K\u{1B}[?7l\(text)\u{1B}[?7h")
    }
  }

  /// Removes the line.
  public func clear() {
    guard isShown else { return }
    state.withLock { state in
      guard !state.text.isEmpty else { return }
      state.text = ""
      OwnProcess.writeToStandardError("\r\u{1B}[K")
    }
  }
}
