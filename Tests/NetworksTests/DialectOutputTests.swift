import Archives
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Networks

/// The networks of genuine checkpoints give the outputs that the projects' own classes gave.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct DialectOutputTests {
  /// Largest max|a-b| / max|b| beside the outputs of a float32 program.
  static let tolerance = 1e-5

  /// What the engines make of the reference's inputs, by their names.
  func compare(
    _ path: String, _ reference: String, _ settings: [String] = []
  ) throws -> [(engine: String, comparison: Comparison)] {
    var checkpoint = try Loaded(Shared.path(path)).checkpoint
    for setting in settings { try checkpoint.set(setting) }
    let archive = try Npz().read(MappedFile(Shared.path(reference)))
    let expected = try Reference(archive, name: reference)
    return try Engines.all.map { choice in
      (choice.name, try expected.compare(with: checkpoint, engine: choice.engine(threads: 1)))
    }
  }

  @Test(
    arguments: (DialectFixture.torch + DialectFixture.keras).filter { $0.reference != nil }
  )
  func `agrees with the program that made it, in every engine`(_ fixture: DialectFixture) throws {
    let reference = try #require(fixture.reference)
    for outcome in try compare(fixture.path, reference) {
      let comparison = outcome.comparison
      #expect(comparison.error <= Self.tolerance, "\(outcome.engine): \(comparison.outputs)")
      // Whatever the reference has was computed, but for what the file does not hold.
      let isWhole = fixture.roles.contains("online.predictor")
      let missing = comparison.missing.filter { key in
        !(key == "tau_next" || (!isWhole && key.hasPrefix("prediction")))
      }
      #expect(missing.isEmpty, "\(outcome.engine): \(missing)")
      #expect(!comparison.outputs.isEmpty)
    }
  }

  @Test func `with torchvision's padding DeepMind's weights give the known wrong outputs`() throws {
    let file = "fixtures/dialects/byolconvert_tiny.pth.tar"
    let wrong = "fixtures/dialects/byolconvert_tiny.WRONG_symmetric_padding.ref.npz"
    let symmetric = ["encoder.padding=symmetric", "encoder.pool_padding=symmetric"]
    for outcome in try compare(file, wrong, symmetric) {
      #expect(outcome.comparison.error <= Self.tolerance)
    }
    for outcome in try compare(file, wrong) { #expect(outcome.comparison.error > 0.1) }
  }
}
