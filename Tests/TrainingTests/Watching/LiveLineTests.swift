import Testing

@testable import Training

@Suite struct LiveLineTests {
  /// What was written, and the time that passes when a test says so.
  private final class Terminal {
    var text = ""
    var time = ContinuousClock.now
    var columns: Int? = 200

    func line(steps: Int?) -> LiveLine {
      LiveLine(
        steps: steps, columns: { self.columns }, now: { self.time },
        write: { self.text += $0 })
    }
  }

  @Test func saysWhatPeopleWatch() {
    let terminal = Terminal()
    let line = terminal.line(steps: 1000)
    var sample = Watched.sample(398, loss: 1.25)
    sample.imagesPerSecond = 48.04
    line.observe(sample)
    #expect(
      terminal.text
        == "\rstep 398/1000  epoch 49.75  loss 1.2500  tau 0.996  lr 0.25  48 images/s\u{1B}[K")
    terminal.text = ""
    terminal.time += .seconds(2)
    sample.step = 399
    line.observe(sample)
    // 600 steps of two seconds.
    #expect(terminal.text.contains("step 399/1000"))
    #expect(terminal.text.contains("  20 min left"))
    terminal.text = ""
    line.finish()
    #expect(terminal.text == "\r\u{1B}[K")
  }

  @Test func isShownAFewTimesASecondAtMost() {
    let terminal = Terminal()
    let line = terminal.line(steps: nil)
    for step in 0..<100 {
      line.observe(Watched.sample(step))
      terminal.time += .milliseconds(10)
    }
    #expect(terminal.text.split(separator: "\r").count == 5)
  }

  @Test func fitsTheTerminal() {
    let terminal = Terminal()
    terminal.columns = 20
    terminal.line(steps: 1000).observe(Watched.sample(398))
    #expect(terminal.text == "\rstep 398/1000  epoc\u{1B}[K")
  }

  @Test func isQuietInAPipe() {
    let terminal = Terminal()
    terminal.columns = nil
    let line = terminal.line(steps: 10)
    for step in 0..<3 {
      line.observe(Watched.sample(step))
      terminal.time += .seconds(1)
    }
    line.finish()
    #expect(terminal.text.isEmpty)
  }

  @Test(arguments: [
    (44.6, "45 s"), (60, "1 min"), (3599, "59 min"), (12_000, "3 h 20 min"),
    (187_200, "2 d 4 h"), (.infinity, "11574074 d 1 h"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(LiveLine.duration(seconds) == text)
  }
}
