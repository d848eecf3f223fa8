import Archives
import ArgumentParser
import Checkpoints
import Embedding
import Networks
import Tensors
import Terminals

@main
struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-embed",
    abstract: "Gives the features of pictures: byol-embed CHECKPOINT PICTURES --output out.npz",
    discussion: """
      Any checkpoint that the tools read, and JPEG and PNG files: by name, in folders, or in lists \
      (@list.txt, a line each). They are decoded, oriented, cut, resized and normalised as the \
      checkpoint's contract says. Pictures that cannot be read are named, counted and left out.

      Exit codes: 0 ok, 2 bad input or no picture left, 3 usage, 4 input/output.
      """,
    version: versionText("byol-embed"))

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var checkpoint: String

  @Argument(help: "Pictures, folders, and @lists of them.", completion: .file())
  var pictures: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The file to write: .npz, .h5, .npy or .csv. It is replaced.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "A stage, repeatable: embedding, logits, projection, prediction, stage2, stage2/block0 ...",
      valueName: "stage"))
  var layer: [String] = []

  @Option(
    help: ArgumentHelp("Print the most probable classes of the head.", valueName: "count"))
  var top: Int?

  @Option(
    help: ArgumentHelp("The names of the head's classes, a line each.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(help: "The network: online or target.")
  var branch: Branch = .online

  @Option(help: "float32, or bfloat16: twice as fast where the processor knows it.")
  var precision: Precision = .float32

  @OptionGroup var computing: ThreadOptions

  @Option(
    help: ArgumentHelp(
      "Pictures that a thread takes at once; chosen by their size otherwise.", valueName: "count"))
  var batch: Int?

  @OptionGroup(title: "Reading") var reading: ReadingOptions

  @Option(
    help: ArgumentHelp(
      "Time random batches of this many, and the reading of the pictures, and print images/s.",
      valueName: "count"))
  var benchmark: Int?

  @Option(help: ArgumentHelp("With --benchmark: how often to run.", valueName: "count"))
  var rounds = 10

  @Flag(help: "Print JSON (schemas/embed-report.schema.json).")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    for (name, number) in [
      ("--top", top), ("--batch", batch), ("--benchmark", benchmark), ("--rounds", rounds),
    ] {
      guard number.map({ (1...1_000_000).contains($0) }) ?? true else {
        throw ValidationError("\(name) is a number from 1.")
      }
    }
    guard benchmark != nil || !pictures.isEmpty else {
      throw ValidationError("byol-embed takes pictures, or --benchmark.")
    }
    guard benchmark != nil || output != nil || top != nil else {
      throw ValidationError("Say where the features go: --output features.npz (or --top 5).")
    }
    guard labels == nil || top != nil else {
      throw ValidationError("--labels goes with --top.")
    }
    if let output { _ = try FeatureFile.Format(of: output) }
  }

  static func main() {
    runTool(Embed.self, examples: examples) { command in
      if let count = command.benchmark {
        try Timing(command, count: count).print()
      } else {
        try command.embed()
      }
    }
  }

  /// The stages that are written.
  private var stages: [String] { layer.isEmpty ? [Output.embedding.rawValue] : layer }

  /// The checkpoint, with the fields that were set.
  func load() throws -> Checkpoint {
    try reading.open(checkpoint, withTree: false).checkpoint
  }

  /// What a session is to run.
  var options: InferenceSession.Options {
    var options = InferenceSession.Options()
    options.branch = branch
    options.precision = precision
    options.threads = computing.threads
    options.stages = Set(stages + (top == nil ? [] : [Output.logits.rawValue]))
    return options
  }

  /// What is read and written.
  private func named(_ files: [PictureFile]) -> NamedFiles {
    var named = reading.files(of: checkpoint)
    named.reads(PictureFile.lists(in: pictures) + files.map(\.path))
    named.reads(labels)
    named.writes(output)
    return named
  }

  private func embed() throws {
    let start = ContinuousClock.now
    let names = try labels.map { try ClassNames(file: $0) }
    let files = try PictureFile.all(pictures)
    if let output {
      try named(files).check()
      try FeatureFile.check(output)
    }
    let checkpoint = try load()
    if top != nil { try checkpoint.requireHead(branch, names: names, file: self.checkpoint) }
    let network = try PictureNetwork(checkpoint, file: self.checkpoint, options: options)
    let meter = PictureMeter(total: files.count, quiet: quiet || json)
    defer { meter.finish() }
    let embeddings = try Embeddings(of: files, by: network, batch: batch) { meter.reached($0) }
    meter.finish()
    let classes = top.flatMap { count in
      embeddings.features[Output.logits.rawValue].map { TopClasses(of: $0, count: count) }
    }
    if let output {
      try FeatureFile(embeddings, stages: stages, top: classes).write(to: output)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let report = EmbedReport(
      embeddings, stages: stages, top: classes, names: names, output: output, seconds: seconds,
      threads: network.session.threads)
    if json { try printJSON(report) } else { report.print(quiet: quiet) }
    for bad in embeddings.bad {
      complain("byol-embed: left out \(bad.name): \(bad.reason)".legible)
    }
    if !embeddings.bad.isEmpty {
      complain(
        "byol-embed: warning: \(Numbers.counted(embeddings.bad.count, "picture")) of \(files.count)"
          + " left out")
    }
  }
}

extension Embed {
  /// For the manual page.
  static let examples = [
    Manual.Example(
      "byol-embed byol.h5 photos --output features.npz",
      "Writes the embedding of every picture in a directory, with the files' names."),
    Manual.Example(
      "byol-embed byol.h5 cat.jpg --top 5 --labels imagenet.txt",
      "Says what the checkpoint's classifier sees."),
  ]
}

extension Branch: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
