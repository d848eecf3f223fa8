import Tensors

/// How far work on many bytes is, on the terminal; it appears only after a second.
public final class Progress: Sendable {
  private let title: String
  private let total: Int
  private let line: StatusLine
  private let started = ContinuousClock.now

  /// Progress of `total` bytes.
  public init(_ title: String, total: Int, quiet: Bool = false) {
    self.title = title
    self.total = total
    line = StatusLine(quiet: quiet || total <= 0, delay: .seconds(1))
  }

  /// Notes that `done` bytes are done in all; safe from several threads.
  public func reached(_ done: Int) {
    line.show(text(done))
  }

  private func text(_ done: Int) -> String {
    let seconds = (ContinuousClock.now - started) / .seconds(1) + 0.001
    let percent = min(100, 100 * Double(done) / Double(total))
    return "\(title) \(Int(percent)) %  \(Numbers.bytes(Int(Double(done) / seconds)))/s"
  }

  /// Removes the line.
  public func finish() { line.clear() }
}
