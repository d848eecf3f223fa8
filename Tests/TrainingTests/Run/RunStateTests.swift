import Checkpoints
import Foundation
import Images
import Tensors
import Testing

@testable import Training

@Suite struct RunStateTests {
  private func state() throws -> RunState {
    RunState(
      seed: .max, position: 3, end: 9, batch: 4, data: DataDigest(of: CountedPictures(3)),
      augmentation: try Augmentation.named("byol", size: 8), engine: "openblas",
      precision: "float32",
      threads: 2)
  }

  @Test func `a state comes back from a checkpoint, which has no other trace of it`() throws {
    let sample = try SummingUpdater.sample()
    #expect(try RunState(of: sample) == nil)
    let with = try sample.with(try state())
    #expect(try RunState(of: with) == state())
    #expect(with.entries.count == sample.entries.count + 1)
    #expect(try with.with(try state()).entries.count == sample.entries.count + 1)
  }

  @Test(arguments: [
    ("\"position\" : 3", "\"position\" : -1"), ("\"version\" : 1", "\"version\" : 2"),
    ("\"batch\" : 4", "\"batch\" : 0"), ("\"end\" : 9", "\"end\" : 4611686018427387904"),
    ("\"batch\" : 4", "\"batch\" : \"four\""), ("{", "["),
    ("\"position\" : 3", "\"position\" : 10"), ("\"smallestCrop\" : 0.08", "\"smallestCrop\" : -1"),
    ("\"flip\" : 0.5", "\"flip\" : 2"), ("\"size\" : 8", "\"size\" : 99999999"),
    ("\"threads\" : 2", "\"threads\" : 1025"), ("\"threads\" : 2", "\"threads\" : 0"),
  ])
  func `a damaged state is refused`(_ old: String, _ new: String) throws {
    let text = String(decoding: try jsonBytes(try state()), as: UTF8.self)
    let range = try #require(text.range(of: old))
    let bytes = Array(text.replacingCharacters(in: range, with: new).utf8)
    let sample = try SummingUpdater.sample()
    let entry = Checkpoint.Entry(
      RunState.path, try Tensor(.uint8, shape: [bytes.count], bytes: bytes))
    let damaged = Checkpoint(entries: sample.entries + [entry], contract: sample.contract)
    let found = failure { _ = try RunState(of: damaged) }
    #expect(found?.kind == .badInput && found?.place?.hasPrefix("training/run") == true)
    #expect(found?.message.contains("DecodingError") == false)
  }

  @Test func `data are known by names and labels`() {
    #expect(DataDigest(of: CountedPictures(3)) == DataDigest(of: CountedPictures(3, corrupt: [1])))
    #expect(DataDigest(of: CountedPictures(3)) != DataDigest(of: CountedPictures(4)))
    #expect(
      DataDigest(of: CountedPictures(3), at: "pic")
        != DataDigest(of: CountedPictures(3), at: "elsewhere"))
    // printf 'picture0.jpg\t0\npicture1.jpg\t1\n' | sha256sum
    #expect(
      DataDigest(of: CountedPictures(2)).sha256
        == "06980a6cd785402b92f17c6a656e320db836245bec4a2ef6a45c0e06925d63bc")
  }
}
