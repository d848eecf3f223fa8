import Archives
import Checkpoints
import Networks
import Tensors

/// A file whose names nobody knows, what was found in it, and how a forward pass proves it.
public struct InferredSource: Sendable {
  /// The file, as the user named it.
  public let path: String
  /// What was found.
  public private(set) var inference: Inference
  /// How a reference was met, in a sentence; nil where there was none.
  public private(set) var proof: String?
  /// The padding that a reference has told.
  public private(set) var padding: Contract.Padding?
  private let archive: Archive

  /// Most mappings that are run beside a reference.
  static let largestSearch = 256

  /// Looks for a network in a file.
  ///
  /// - Throws: `Failure` where the file cannot be read, or holds no ResNet that shapes, order, values
  ///   and names tell.
  public init(_ path: String, format: String? = nil) throws {
    self.path = path
    do {
      archive = try Opened(path, format: format).archive
      inference = try Inference(archive)
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }

  /// Looks for a network in an archive.
  init(_ archive: Archive, path: String) throws {
    self.path = path
    self.archive = archive
    inference = try Inference(archive)
  }

  /// The dialect of the file: as far as it is known, with the likeliest answers to what is open.
  ///
  /// - Throws: `Failure` (`badInput`) where a name cannot be written as a rule.
  public func dialectFile() throws -> [UInt8] {
    try inference.dialectFile(named: "inferred", padding: padding)
  }

  /// The same, ready to read the file with.
  ///
  /// - Throws: `Failure`, see `dialectFile`.
  public func dialect() throws -> Dialect {
    try Dialect(json: try dialectFile(), file: "inferred.json")
  }

  /// Writes the dialect's file.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be written, or exists and is not replaced.
  public func writeDialect(to path: String, force: Bool) throws {
    let file = try AtomicFile(path, AtomicFile.Options(force: force, sync: false))
    do {
      try file.output.write(try dialectFile())
      try file.commit()
    } catch {
      file.discard()
      throw error
    }
  }

  /// Runs the networks on a reference's input, under every answer to what is open, and settles the
  /// questions that only one answer to agrees with the reference.
  ///
  /// - Parameters:
  ///   - reference: an archive with `input` or `images_01`, and any of the outputs.
  ///   - tolerance: the largest max|a - b| / max|b| that is agreement.
  /// - Throws: `Failure` (`differs`) where no answer agrees; (`badInput`) where the reference cannot
  ///   be read.
  public mutating func prove(with reference: String, tolerance: Double? = nil) throws {
    let file = try MappedFile(reference)
    let expected: Reference
    do {
      expected = try Reference(Formats.recognising(file).read(file), name: baseName(reference))
    } catch let failure as Failure {
      throw failure.of(file: reference)
    }
    try prove(with: expected, tolerance: tolerance)
  }

  /// The same with a reference that was read.
  ///
  /// - Throws: `Failure`, see above.
  public mutating func prove(with reference: Reference, tolerance: Double? = nil) throws {
    guard inference.isWhole else {
      throw Failure(
        .differs, file: path,
        "too little is known to run the networks on \(reference.name): \(inference.openText)")
    }
    let tolerance = tolerance ?? FileVerification.usualTolerance
    let engine = Engines.fast()
    var agreeing: [(trial: Trial, error: Double)] = []
    var nearest = Double.infinity
    let trials = trials()
    for trial in trials {
      guard let error = try error(of: trial, reference, engine) else { continue }
      nearest = min(nearest, error)
      if error <= tolerance { agreeing.append((trial, error)) }
    }
    guard let best = agreeing.min(by: { $0.error < $1.error }) else {
      throw Failure(
        .differs, file: path,
        "of \(Numbers.counted(trials.count, "mapping")) none gives the outputs of \(reference.name): "
          + "the nearest is off by \(Numbers.error(nearest)) (tolerance \(Numbers.error(tolerance)))"
      )
    }
    let words =
      "\(engine.name) gives the outputs of \(reference.name) (error \(Numbers.error(best.error)))"
    for question in inference.open {
      let answers = Set(agreeing.map { $0.trial.answers[question] ?? 0 })
      guard answers.count == 1, let answer = answers.first else { continue }
      inference = inference.settling(question, answer, by: words + ", with no other answer")
    }
    if Set(agreeing.map(\.trial.padding)).count == 1 { padding = best.trial.padding }
    proof =
      words + "; \(trials.count - agreeing.count) of \(trials.count) mappings tried do not"
  }

  /// Answers to the open questions, and a belief about padding.
  private struct Trial {
    var answers: [Int: Int]
    var padding: Contract.Padding
  }

  /// Every combination of answers, the likeliest first, as many as are run.
  private func trials() -> [Trial] {
    var answers: [[Int: Int]] = [[:]]
    for question in inference.open {
      let count = inference.questions[question].answers.count
      answers = answers.flatMap { before in
        (0..<count).map { before.merging([question: $0]) { $1 } }
      }
      if answers.count > Self.largestSearch { break }
    }
    let paddings: [Contract.Padding] =
      inference.kernelAxes == "HWIO" ? [.same, .symmetric] : [.symmetric, .same]
    return Array(
      answers.flatMap { answer in paddings.map { Trial(answers: answer, padding: $0) } }
        .prefix(Self.largestSearch))
  }

  /// The largest error of a mapping's outputs, or nil where its networks cannot be run.
  private func error(
    of trial: Trial, _ reference: Reference, _ engine: any Engine
  ) throws -> Double? {
    let json = try inference.answering(trial.answers)
      .dialectFile(named: "inferred", padding: trial.padding)
    do {
      let checkpoint = try Dialect(json: json, file: "inferred.json").read(archive).checkpoint
      return try reference.compare(with: checkpoint, engine: engine).error
    } catch let failure as Failure where failure.kind != .inputOutput {
      return nil
    }
  }
}
