import ArgumentParser
import Checkpoints
import Conversions
import Terminals

/// What of a checkpoint is converted, and in which types.
struct ChoosingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take these parts alone: encoder, target.encoder, online ...; joined by commas.",
      valueName: "role"),
    completion: .list(RoleChoice.words))
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "Cast the parameters to f16, bf16 or f32, and say what it costs; statistics=TYPE and "
        + "optimizer=TYPE cast running statistics and the optimiser's state.",
      valueName: "type"),
    completion: .list(CastPlan.words.map(\.word)))
  var dtype: [String] = []

  func apply(to options: inout ConversionOptions) {
    options.only = only
    options.dtype = dtype
  }

  /// Refuses words that mean nothing before a file is read.
  func check() throws {
    if !only.isEmpty { _ = try RoleChoice(only) }
    _ = try CastPlan(dtype)
  }
}

/// Several checkpoints at once.
struct BatchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Convert every checkpoint that is named into this directory, going on after one that fails.",
      valueName: "folder"),
    completion: .directory)
  var outDir: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --out-dir: how outputs end, after the source's name without its ending; .h5 otherwise, or "
        + "as --to and --to-format say.", valueName: "ending"))
  var suffix: String?

  @Flag(help: "Leave out what has its output already.")
  var skipExisting = false

  func validate() throws {
    guard suffix == nil || outDir != nil else {
      throw ValidationError("--suffix goes with --out-dir.")
    }
    guard suffix.map({ !$0.contains("/") }) ?? true else {
      throw ValidationError("--suffix is the end of a name, without '/'.")
    }
  }
}
