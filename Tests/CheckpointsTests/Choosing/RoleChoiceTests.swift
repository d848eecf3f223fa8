import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// `--only`.
@Suite struct RoleChoiceTests {
  private func sample() throws -> Checkpoint {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
  }

  @Test(arguments: [
    ("encoder", [Role.onlineEncoder]), ("online.encoder", [.onlineEncoder]),
    ("target.encoder,projector", [.targetEncoder, .onlineProjector]),
    ("target", [.targetEncoder, .targetProjector, .targetPredictor, .targetHeads]),
    ("heads,optimizer", [.onlineHeads, .optimizer]), ("extras", [.extras]),
  ])
  func `words stand for roles`(_ words: String, _ roles: [Role]) throws {
    #expect(try RoleChoice([words]).roles == Set(roles))
    #expect(try RoleChoice(words.split(separator: ",").map(String.init)).roles == Set(roles))
  }

  @Test(arguments: ["", "encoder,", "backbone", "Encoder", "online.optimizer"])
  func `other words are refused with those that there are`(_ words: String) throws {
    let failure = #expect(throws: Failure.self) { try RoleChoice([words]) }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("target.projector") == true)
  }

  @Test func `every word is one`() throws {
    for word in RoleChoice.words { #expect(try !RoleChoice([word]).roles.isEmpty) }
    #expect(RoleChoice.words.count == Set(RoleChoice.words).count)
  }

  @Test func `the encoder alone has no contract of heads, and what went is counted`() throws {
    let whole = try sample()
    let part = try whole.only(RoleChoice(["encoder"]))
    #expect(part.roles == [.onlineEncoder])
    #expect(
      part.entries.map(\.path)
        == whole.entries.map(\.path).filter {
          $0.hasPrefix("online/encoder/")
        })
    #expect(part.contract.mlp.projector.isEmpty && part.contract.mlp.predictor.isEmpty)
    #expect(part.contract.encoder == whole.contract.encoder)
    #expect(part.tree == nil)
    let (before, after) = (
      try #require(whole.provenance.counts), try #require(part.provenance.counts)
    )
    #expect(after.source == before.source)
    #expect(after.source == after.used + after.aliases + after.extras + after.dropped)
    #expect(after.dropped == whole.entries.count - part.entries.count)
  }

  @Test func `a part that is not there is refused, whatever else is`() throws {
    let part = try sample().only(RoleChoice(["encoder"]))
    let failure = #expect(throws: Failure.self) {
      try part.only(RoleChoice(["encoder", "projector"]))
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("--only projector") == true)
    #expect(throws: Failure.self) { try part.only(RoleChoice(["target"])) }
  }
}
