// Converts a checkpoint, reads a tensor of it, runs its encoder and asks what was found out about the file.
// usage: library-example CHECKPOINT OUTPUT.h5

import Checkpoints
import Conversions
import Foundation
import Networks
import Tensors

@main
enum Example {
  static func main() {
    do {
      guard CommandLine.arguments.count == 3 else {
        throw Failure(.usage, "usage: library-example CHECKPOINT OUTPUT.h5")
      }
      let (source, native) = (CommandLine.arguments[1], CommandLine.arguments[2])
      try convert(source, to: native)
      let checkpoint = try read(native)
      try run(checkpoint)
      try verify(native)
    } catch {
      print("library-example: \(error)")  // one sentence: file, place, expected, found
      exit(2)
    }
  }

  /// Any published checkpoint to the native layout, compared with its source before it gets its name.
  static func convert(_ source: String, to native: String) throws {
    var options = ConversionOptions()
    options.force = true  // replaces an output that is there
    let report = try Conversion(source, to: native, options: options).run()
    print(report.architecture)
    for check in report.checks { print("\(check.name): \(check.detail)") }
  }

  /// The checkpoint of a file of any format and dialect; its tensors are read when they are asked for.
  static func read(_ path: String) throws -> Checkpoint {
    let checkpoint = try Loaded(path).checkpoint
    let stem = try checkpoint.tensor("online/encoder/stem/conv/weight")
    let norm = try stem.doubles().reduce(0) { $0 + $1 * $1 }.squareRoot()
    print("stem: \(stem.elementType) \(stem.shape), norm \(norm)")
    let contract = checkpoint.contract
    print("padding: \(contract.encoder.padding), eps \(contract.batchNorm.eps)")
    return checkpoint
  }

  /// Embeddings of two grey pictures, as the contract wants them run.
  static func run(_ checkpoint: Checkpoint) throws {
    let session = try InferenceSession(checkpoint)
    let pictures = Pictures(
      count: 2, height: 32, width: 32, values: [Float](repeating: 0.5, count: 2 * 3 * 32 * 32))
    guard let embeddings = try session.run(pictures)["embedding"] else { return }
    print("embeddings: \(embeddings.shape) by \(session.name)")
  }

  /// Whether the file is intact, and whether two engines compute the same from it.
  static func verify(_ path: String) throws {
    let verification = try FileVerification(path)
    for verdict in verification.verdicts {
      print("\(verdict.name): \(verdict.status.rawValue)")
    }
  }
}
