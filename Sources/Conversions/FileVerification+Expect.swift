import Archives
import Checkpoints
import Networks
import Tensors

extension FileVerification {
  /// Largest max|a-b| / max|b| of a float32 engine and another float32 program that is agreement.
  public static let usualTolerance = 1e-5

  /// Adds the verdict `agrees with NAME`: the fast engine's outputs beside those that another program
  /// made of the same input.
  ///
  /// - Parameters:
  ///   - reference: an archive with `input` or `images_01`, and any of the outputs.
  ///   - partial: whether keys that cannot be computed are left aside.
  /// - Throws: `Failure` where the reference cannot be read; a disagreement is a verdict, with the
  ///   first stage that diverges and what would explain it.
  public mutating func expect(
    _ reference: String, partial: Bool, format: String?, dialect: String?, tolerance: Double?
  ) throws {
    let name = "agrees with \(baseName(reference))"
    guard !verdicts.contains(where: { $0.name == "intact" && $0.status == .no }) else {
      verdicts.append(Verdict(name, .notChecked, "a file that is not intact is not run"))
      return
    }
    let file = try MappedFile(reference)
    let expected: Reference
    do {
      expected = try Reference(
        Formats.recognising(file).read(file), name: baseName(reference))
    } catch let failure as Failure {
      throw failure.of(file: reference)
    }
    let checkpoint = try Loaded(path, format: format, dialect: dialect, withTree: false).checkpoint
    let diagnosis = try diagnose(
      reference: expected, checkpoint: checkpoint, engine: Engines.fast(),
      tolerance: tolerance ?? Self.usualTolerance)
    self.diagnosis = diagnosis
    let missing = diagnosis.comparison.missing
    let isWhole = missing.isEmpty || partial
    var words = diagnosis.sentence
    if !missing.isEmpty {
      words += "; \(missing.count) keys could not be compared: \(missing.joined(separator: ", "))"
      if !partial { words += " (--partial leaves them aside)" }
    }
    verdicts.append(
      Verdict(name, diagnosis.agrees && isWhole ? .yes : .no, "\(diagnosis.engine): \(words)"))
    findings += diagnosis.comparison.outputs.map { output in
      "\(output.name): error \(Numbers.error(output.error)), "
        + "relative L2 \(Numbers.error(output.relativeL2))"
    }
  }
}
