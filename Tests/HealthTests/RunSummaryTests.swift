import Checkpoints
import Health
import Tensors
import Testing

@Suite struct RunSummaryTests {
  private static func checkpoint(_ json: String) throws -> Checkpoint {
    let sample = try Network.healthy()
    let bytes = Array(json.utf8)
    let entry = Checkpoint.Entry(
      NativeNames.runPath, try Tensor(.uint8, shape: [bytes.count], bytes: bytes))
    return Checkpoint(
      entries: sample.entries.filter { $0.path != NativeNames.runPath } + [entry],
      contract: sample.contract)
  }

  private static let document = """
    {"version": 1, "seed": 7, "position": 1200, "end": 3906, "batch": 128, "threads": 2,
     "engine": "onednn", "precision": "float32", "data": {"count": 50000, "sha256": "45077b5739f4aa"},
     "augmentation": {"name": "solo-learn", "size": 32}}
    """

  @Test func aRunIsSaid() throws {
    let run = try #require(try RunSummary(of: Self.checkpoint(Self.document)))
    #expect((run.position, run.end, run.seed, run.batch) == (1200, 3906, 7, 128))
    for words in ["1,200 of 3,906", "128 pictures", "seed 7", "solo-learn", "50,000 pictures"] {
      #expect(run.sentence.contains(words), "\(run.sentence)")
    }
    let views = """
      {"seed": 0, "position": 1, "end": 2, "batch": 3, "threads": 1, "engine": "e", "precision": "p"}
      """
    #expect(
      try #require(try RunSummary(of: Self.checkpoint(views))).sentence.contains("views were"))
  }

  @Test func aCheckpointOfAnotherProgramHasNone() throws {
    #expect(try RunSummary(of: Network.healthy()) == nil)
  }

  @Test(arguments: ["{}", "[]", "no JSON", "{\"seed\": -1}", ""])
  func aDamagedOneIsRefused(_ json: String) throws {
    let checkpoint = try Self.checkpoint(json)
    #expect(throws: Failure.self) { try RunSummary(of: checkpoint) }
  }
}
