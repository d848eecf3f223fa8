import ArgumentParser
import Checkpoints
import Conversions
import Tensors
import Terminals

/// The options of `--infer`.
struct InferenceOptions: ParsableArguments {
  @Flag(
    help: "Find out what the tensors are, where no dialect knows their names (docs/inference.md).")
  var infer = false

  @Option(
    help: ArgumentHelp(
      "With --infer: inputs and outputs of the program, to prove the mapping by.",
      valueName: "reference"))
  var expect: String?

  @Option(
    help: ArgumentHelp(
      "With --infer: write the dialect that was found, to be read and mended.", valueName: "file"))
  var dialectOut: String?

  @Flag(help: "With --infer: convert even where something is open, and record it.")
  var acceptUnsure = false

  func validate() throws {
    if !infer, expect != nil || dialectOut != nil || acceptUnsure {
      throw ValidationError("--expect, --dialect-out and --accept-unsure go with --infer")
    }
    if let dialectOut, !dialectOut.hasSuffix(".json") {
      throw ValidationError("--dialect-out takes a name that ends in .json, not '\(dialectOut)'")
    }
  }

  /// Looks at the file, and writes the dialect where it is asked for.
  func source(_ input: String, format: String?, force: Bool) throws -> InferredSource {
    var source = try InferredSource(input, format: format)
    if let expect { try source.prove(with: expect) }
    if let dialectOut { try source.writeDialect(to: dialectOut, force: force) }
    return source
  }

  /// Refuses to convert what is not sure.
  func check(_ source: InferredSource) throws {
    guard !source.inference.isSure, !acceptUnsure else { return }
    throw Failure(
      .differs, file: source.path,
      "not converted, because this is not sure: \(source.inference.openText); --expect REFERENCE may "
        + "settle it, or --dialect-out FILE, mended, and then --from FILE; --accept-unsure takes the "
        + "likeliest")
  }
}
