import Tensors
import Terminals

/// How many pictures are done, on the terminal; it appears only after a second.
final class PictureMeter: Sendable {
  private let total: Int
  private let start = ContinuousClock.now
  private let line: StatusLine

  init(total: Int, quiet: Bool) {
    self.total = total
    line = StatusLine(quiet: quiet, delay: .seconds(1), interval: .milliseconds(200))
  }

  /// Notes that `done` pictures are done in all.
  func reached(_ done: Int) {
    line.show(
      "\(Numbers.grouped(done)) of \(Numbers.grouped(total)) pictures, "
        + "\(Numbers.fixed(Double(done) / ((ContinuousClock.now - start) / .seconds(1)), 1)) images/s"
    )
  }

  /// Removes the line.
  func finish() { line.clear() }
}
