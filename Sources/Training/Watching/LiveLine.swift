import Glibc
import Pages
import Tensors

/// A line on the terminal that says how training goes; nothing where standard error is a pipe.
///
/// `step 1200/5000  epoch 3.07  loss 1.234  tau 0.9963  lr 0.2  48 images/s  3 min left`
public final class LiveLine: Observer {
  private let steps: Int?
  private let columns: () -> Int?
  private let write: (String) -> Void
  private let now: () -> ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?
  private var rate = Rate()

  /// The least time between two lines.
  private static let interval = Duration.milliseconds(200)

  /// A live line on standard error.
  ///
  /// - Parameter steps: the step at which training ends, where it is known.
  public convenience init(steps: Int?, isQuiet: Bool = false) {
    let isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    self.init(
      steps: steps, columns: { isShown ? Self.terminalColumns() : nil },
      write: { OwnProcess.writeToStandardError($0) })
  }

  /// A live line elsewhere.
  ///
  /// - Parameters:
  ///   - columns: how many characters a line has room for; nil where nothing is to be shown.
  ///   - now: the time.
  ///   - write: what takes the text.
  init(
    steps: Int?, columns: @escaping () -> Int?,
    now: @escaping () -> ContinuousClock.Instant = { .now }, write: @escaping (String) -> Void
  ) {
    self.steps = steps
    self.columns = columns
    self.now = now
    self.write = write
  }

  /// Shows a step, a few times a second at most.
  public func observe(_ sample: Sample) {
    let time = now()
    rate.reached(sample.step, at: time)
    guard let columns = columns() else { return }
    if let shown, time - shown < Self.interval { return }
    shown = time
    write("\r\(String(text(sample).prefix(max(columns - 1, 1))))\u{1B}[K")
  }

  /// Removes the line.
  public func finish() {
    guard shown != nil else { return }
    write("\r\u{1B}[K")
    shown = nil
  }

  private func text(_ sample: Sample) -> String {
    var words = [
      "step \(sample.step)" + (steps.map { "/\($0)" } ?? ""),
      "epoch \(Numbers.fixed(sample.epoch, 2))", "loss \(Numbers.fixed(sample.loss, 4))",
    ]
    if let accuracy = sample.accuracy { words.append("accuracy \(Numbers.fixed(accuracy, 3))") }
    if let tau = sample.tau { words.append("tau \(readable(tau))") }
    if let learningRate = sample.learningRate {
      words.append("lr \(readable(learningRate, digits: 3))")
    }
    if let speed = sample.imagesPerSecond { words.append("\(readable(speed, digits: 3)) images/s") }
    if let steps, let seconds = rate.seconds(to: steps) {
      words.append(Self.duration(seconds) + " left")
    }
    return words.joined(separator: "  ")
  }

  /// 45 s, 12 min, 3 h 20 min, 2 d 4 h.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e12).rounded())
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86_400)
    if days > 0 { return "\(days) d \(hours % 24) h" }
    if hours > 0 { return "\(hours) h \(minutes % 60) min" }
    return minutes > 0 ? "\(minutes) min" : "\(whole) s"
  }

  private static func terminalColumns() -> Int? {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  /// How fast steps are taken: an average that forgets what is older than some twenty steps.
  private struct Rate {
    private var last: (step: Int, time: ContinuousClock.Instant)?
    private var secondsPerStep: Double?

    mutating func reached(_ step: Int, at time: ContinuousClock.Instant) {
      if let last, step > last.step {
        let elapsed = (time - last.time) / .seconds(1) / Double(step - last.step)
        secondsPerStep = secondsPerStep.map { $0 + 0.05 * (elapsed - $0) } ?? elapsed
      }
      last = (step, time)
    }

    /// The time until `end` steps are done; nil where nothing is known of the speed.
    func seconds(to end: Int) -> Double? {
      guard let secondsPerStep, let last, end > last.step else { return nil }
      return Double(end - last.step - 1) * secondsPerStep
    }
  }
}
