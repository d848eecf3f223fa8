import Checkpoints
import Tensors
import Terminals

extension InspectOptions {
  /// Says what changed from the first checkpoint to another.
  ///
  /// - Throws: `Failure` (`differs`) where something did.
  func compare(with other: String) throws {
    let differences = try CheckpointDifferences(
      reading.open(file, withTree: false), reading.open(other, withTree: false),
      tolerance: tolerance ?? 0)
    if json {
      try printJSON(differences)
    } else if !quiet {
      ComparisonText(differences, all: all).print()
    }
    guard differences.same else { throw Failure(.differs, "\(file) and \(other) differ") }
  }
}
