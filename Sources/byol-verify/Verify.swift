import ArgumentParser
import Checkpoints
import Conversions
import Embedding
import Networks
import Tensors
import Terminals

@main
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-verify",
    abstract: "Verifies a BYOL checkpoint by running it, or compares two.",
    discussion: """
      One file gets up to three verdicts: intact (profile and hashes), consistent (two independent \
      engines agree, and the tensors taken back through the dialect are the source's), and, with \
      --expect, agrees with NAME (outputs that another program made). Two files are compared role by \
      role and by what they compute. With --images the checkpoint sees pictures: --against compares its \
      features with another's, and without it the head's top-1 and top-5 are counted. With --layout a \
      file that another program wrote is checked by every rule of the native layout (docs/format.md).

      Exit codes: 0 every check passed, 1 one did not, or two files differ, 2 bad input, 3 usage, \
      4 input/output.
      """,
    version: versionText("byol-verify"))

  @Argument(help: "The checkpoint, or two to compare.", completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Outputs of another program: input or images_01, and embedding, projection ...",
      valueName: "ref.npz"),
    completion: .file())
  var expect: String?

  @Flag(help: "With --expect: references that cannot be computed are no failure.")
  var partial = false

  @Option(help: "Largest error that is agreement.")
  var tolerance: Double?

  @Option(
    help: ArgumentHelp(
      "Run the online network on pictures: files, folders or @lists; repeatable.",
      valueName: "pictures"),
    completion: .file())
  var images: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --images: compare the features with this checkpoint's.", valueName: "checkpoint"),
    completion: .file())
  var against: String?

  @Option(
    help: ArgumentHelp(
      "With --images: the head's classes, a line each; otherwise the pictures' folders, sorted.",
      valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(help: "With --images: float32 or bfloat16.")
  var precision: Precision = .float32

  @OptionGroup(title: "With --images") var computing: ThreadOptions

  @OptionGroup var source: SourceOptions

  @Flag(
    help: "Check every rule of the native layout, and list all that are broken, with their numbers."
  )
  var layout = false

  @Flag(
    help:
      "Print JSON (schemas/verify-report.schema.json; with --images pictures-report, with --layout layout-report)."
  )
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  func validate() throws {
    guard (1...2).contains(files.count) else {
      throw ValidationError("byol-verify takes one checkpoint, or two to compare.")
    }
    guard !layout || files.count == 1 && expect == nil && images.isEmpty && source.from == nil
    else {
      throw ValidationError("--layout goes with one native file alone.")
    }
    guard files.count == 1 || expect == nil else {
      throw ValidationError("--expect goes with one checkpoint, not with two.")
    }
    guard expect != nil || !partial else {
      throw ValidationError("--partial goes with --expect.")
    }
    guard expect != nil || files.count == 2 || against != nil || tolerance == nil else {
      throw ValidationError("--tolerance goes with --expect, --against, or with two checkpoints.")
    }
    guard images.isEmpty || files.count == 1 && expect == nil else {
      throw ValidationError("--images goes with one checkpoint, and without --expect.")
    }
    guard !images.isEmpty || against == nil else {
      throw ValidationError(
        "--against compares what two networks make of --images; without pictures two checkpoints are "
          + "compared by naming both: byol-verify A B.")
    }
    guard !images.isEmpty || labels == nil && computing.threads == nil else {
      throw ValidationError("--labels and --threads go with --images.")
    }
    guard against == nil || labels == nil else {
      throw ValidationError("--labels goes with one head; --against compares two networks.")
    }
    guard tolerance.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      throw ValidationError("--tolerance is a finite number, 0 or more.")
    }
  }

  static func main() {
    runTool(Verify.self, examples: examples) { command in
      let passed =
        switch (command.images.isEmpty, command.files.count) {
        case _ where command.layout: try command.checkLayout()
        case (false, _): try command.look()
        case (true, 2): try command.compare()
        default: try command.verify()
        }
      guard passed else { throw Failure(.differs, command.failing) }
    }
  }

  /// What a check that did not pass says, behind the lines that say why.
  private var failing: String {
    if layout { return "\(files[0]) breaks rules of the native layout" }
    if let other = files.dropFirst().first ?? against { return "\(files[0]) and \(other) differ" }
    return quiet
      ? "\(files.joined(separator: ", ")): not verified; without --quiet it says why"
      : "not verified: see the lines that are not 'yes'"
  }

  private func compare() throws -> Bool {
    let comparison = try CheckpointComparison(
      files[0], files[1], format: source.fromFormat, dialect: source.from,
      tolerance: tolerance ?? CheckpointComparison.usualTolerance)
    try say(comparison) { VerificationText.print(comparison) }
    return comparison.sameWeights && comparison.sameFunction != false
  }

  private func verify() throws -> Bool {
    var verification = try FileVerification(
      files[0], format: source.fromFormat, dialect: source.from)
    if let expect {
      try verification.expect(
        expect, partial: partial, format: source.fromFormat, dialect: source.from,
        tolerance: tolerance)
    }
    try say(verification) { VerificationText.print(verification) }
    return verification.passed
  }

  /// Prints a report as it is wanted: as JSON, as text, or not at all.
  func say(_ report: some Encodable, asText: () -> Void) throws {
    if json {
      try printJSON(report)
    } else if !quiet {
      asText()
    }
  }

  /// For the manual page.
  private static let examples = [
    Manual.Example(
      "byol-verify byol.h5 --expect reference.npz",
      "Checks hashes, runs two engines, and compares them with another program's outputs."),
    Manual.Example(
      "byol-verify pretrain.pkl byol.h5", "Compares two checkpoints' weights and what they compute."
    ),
  ]
}
