import ArgumentParser
import Checkpoints
import Embedding
import Networks
import Tensors
import Terminals

extension Verify {
  /// Runs the checkpoint on pictures.
  func look() throws -> Bool {
    let pictures = try PictureFile.all(images)
    var options = InferenceSession.Options()
    options.precision = precision
    options.threads = computing.threads
    let own = try Loaded(files[0], format: source.fromFormat, dialect: source.from, withTree: false)
    guard let against else {
      let report = try HeadReport(own, pictures: pictures, labels: labels, options: options)
      try say(report) { VerificationText.print(report) }
      Self.name(report.leftOut, of: pictures.count)
      return true
    }
    let pair = try CheckpointPair(
      own, try Loaded(against, withTree: false), pictures: pictures, options: options,
      tolerance: tolerance ?? CheckpointPair.usualTolerance)
    try say(pair) { VerificationText.print(pair) }
    Self.name(pair.leftOut, of: pictures.count)
    return pair.agrees
  }

  /// Names the pictures that were left out.
  private static func name(_ bad: [Embeddings.Bad], of count: Int) {
    for bad in bad { complain("byol-verify: left out \(bad.name): \(bad.reason)".legible) }
    guard !bad.isEmpty else { return }
    complain(
      "byol-verify: warning: \(Numbers.counted(bad.count, "picture")) of \(count) left out")
  }
}

extension Precision: ExpressibleByArgument {}

extension VerificationText {
  static func print(_ report: HeadReport) {
    let accuracy = report.accuracy
    printLine(report.path)
    printLine(
      "  \(Numbers.counted(accuracy.pictures, "picture")), \(Numbers.grouped(report.classes)) classes: "
        + "top-1 \(Numbers.fixed(100 * accuracy.top1, 2)) %, "
        + "top-5 \(Numbers.fixed(100 * accuracy.top5, 2)) % (\(report.engine))")
    if report.unlabelled > 0 {
      printLine("  note: \(Numbers.counted(report.unlabelled, "picture")) of no known class")
    }
  }

  static func print(_ pair: CheckpointPair) {
    printLine("A \(pair.first)")
    printLine("B \(pair.second)")
    printLine("\(Numbers.counted(pair.pictures, "picture")), \(pair.engine)")
    var table = Table(paint: [1: Style.output.verdict])
    for stage in pair.stages {
      let distance = stage.relativeL2
      var detail =
        distance.map { "relative L2 \(Numbers.error($0))" } ?? "values that are no numbers"
      if let worst = stage.worstL2 { detail += ", worst picture \(Numbers.error(worst))" }
      if let cosine = stage.cosine { detail += ", cosine \(Numbers.fixed(cosine, 6))" }
      if let same = stage.top1Agreement {
        detail += ", the same first class \(Numbers.fixed(100 * same, 2)) %"
      }
      let agrees = (distance ?? .infinity) <= pair.tolerance
      table.row(stage.stage, agrees ? "agrees" : "differs", detail)
    }
    Swift.print(table.text)
    for field in pair.contract {
      printLine("  contract \(field[0]): \(field[1]) in A, \(field[2]) in B")
    }
    printLine("same features: \(pair.agrees ? "yes" : "no")")
  }
}
