import Checkpoints
import Foundation
import Gradients
import Synchronization
import TestSupport
import Images
import Tensors
import Testing

@testable import Training

@Suite struct TrainingRunTests {
  private struct Parts {
    var checkpoint: Checkpoint
    var state: RunState
    var isWritten = false
  }

  private func start(end: Int) throws -> Parts {
    Parts(
      checkpoint: try SummingUpdater.sample(),
      state: RunState(
        seed: 5, position: 0, end: end, batch: 4, data: nil,
        augmentation: try Augmentation.named("byol", size: 8), engine: "openblas",
        precision: "float32",
        threads: 1))
  }

  private func reopen(_ path: String) throws -> Parts {
    let checkpoint = try Loaded(path).checkpoint
    let state = try #require(try RunState(of: checkpoint))
    return Parts(checkpoint: checkpoint, state: state, isWritten: true)
  }

  /// Runs, and gives the loop for what it knows afterwards.
  @discardableResult
  private func train(
    _ parts: Parts, to path: String, every: Int? = nil, keep: Int = 0, failsAt: Int? = nil,
    stopAfter: Int? = nil, watch: (StepReport) throws -> Void = { _ in }
  ) throws -> (run: TrainingRun, ending: TrainingRun.Ending) {
    let source = Loader(
      CountedPictures(18), order: try DataOrder(count: 18, batch: 4, seed: parts.state.seed),
      augmentation: try #require(parts.state.augmentation),
      normalisation: try Normalisation(parts.checkpoint.contract.input))
    let done = Atomic(0)
    var pace = TrainingRun.Pace(every: every)
    if let stopAfter {
      pace.stops = { done.load(ordering: .relaxed) >= stopAfter ? "SIGTERM" : nil }
    }
    let run = TrainingRun(
      SummingUpdater(parts.checkpoint, failsAt: failsAt), source: source, state: parts.state,
      series: CheckpointSeries(path, keep: keep, force: parts.isWritten, sync: false),
      isWritten: parts.isWritten, pace: pace)
    let ending = try run.run {
      done.add(1, ordering: .relaxed)
      try watch($0)
    }
    return (run, ending)
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  @Test func `a run in one piece and one in three leave the same file`() throws {
    try withFolder { folder in
      let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
      #expect(try train(start(end: 11), to: whole).ending == .done)
      let stopped = try train(start(end: 11), to: parts, stopAfter: 3).ending
      #expect(stopped == .stopped("SIGTERM"))
      #expect(try reopen(parts).state.position == 3)
      #expect(try bytes(parts) != bytes(whole))
      // A kill: what came after the last checkpoint is lost, and done again.
      struct Killed: Error {}
      #expect(throws: Killed.self) {
        try train(try reopen(parts), to: parts, every: 2) {
          if $0.step % 100 == 8 { throw Killed() }
        }
      }
      let between = try reopen(parts)
      #expect(between.state.position > 3 && between.state.position < 11)
      #expect(try train(between, to: parts).ending == .done)
      #expect(try bytes(parts) == bytes(whole))
    }
  }

  @Test func `one checkpoint each few updates, the last ones kept beside it`() throws {
    try withFolder { folder in
      let path = folder.path("run.h5")
      _ = try train(start(end: 11), to: path, every: 2, keep: 3)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
      #expect(names == ["run-00000008.h5", "run-00000010.h5", "run-00000011.h5", "run.h5"])
      #expect(try reopen(folder.path("run-00000008.h5")).state.position == 8)
      #expect(try bytes(folder.path("run-00000011.h5")) == bytes(path))
      // From an earlier one on: those of the other continuation stay.
      let earlier = try reopen(folder.path("run-00000008.h5"))
      _ = try train(earlier, to: folder.path("run.h5"), every: 1, keep: 1, stopAfter: 1)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
      #expect(left == ["run-00000009.h5", "run-00000010.h5", "run-00000011.h5", "run.h5"])
    }
  }

  @Test func `a stranger's file of an earlier checkpoint's name stays`() throws {
    try withFolder { folder in
      let path = folder.path("run.h5")
      let strange = ["run-00000001.h5", "run-00000004.h5"].map { folder.path($0) }
      for path in strange { try Data("mine".utf8).write(to: URL(filePath: path)) }
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("run-00000002.h5"), withDestinationPath: "run-00000001.h5")
      #expect(
        try CheckpointSeries(path, keep: 1).strangers()
          == ["run-00000001.h5", "run-00000002.h5", "run-00000004.h5"].map { folder.path($0) })
      _ = try train(start(end: 8), to: path, every: 2, keep: 1)
      for path in strange { #expect(try bytes(path) == Data("mine".utf8)) }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
      #expect(
        names == [
          "run-00000001.h5", "run-00000002.h5", "run-00000004.h5", "run-00000008.h5", "run.h5",
        ])
    }
  }

  @Test func `a failed update leaves the last good checkpoint and says which it is`() throws {
    try withFolder { folder in
      let path = folder.path("run.h5")
      let begun = try start(end: 11)
      let first = try #require(begun.checkpoint.recipe.step)
      let found = failure { try train(begun, to: path, every: 4, failsAt: first + 6) }
      let failure = try #require(found)
      #expect(failure.kind == .differs)
      #expect(failure.place == "online/encoder/stem/conv")
      #expect(
        failure.message
          == "update 7 failed: the activation is not a number; \(path) holds the state after "
          + "update 4, whole (updates 5 to 6 are lost)")
      #expect(try reopen(path).state.position == 4)
    }
  }

  @Test func `a checkpoint that cannot be written costs no earlier one`() throws {
    try withFolder { folder in
      let inner = folder.path("inner")
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
      let aside = folder.path("aside")
      let path = inner + "/run.h5"
      var done = 0
      let found = failure {
        try train(start(end: 8), to: path, every: 4) { _ in
          done += 1
          // After the checkpoint of update 4, and before that of the end.
          if done == 6 { try FileManager.default.moveItem(atPath: inner, toPath: aside) }
        }
      }
      let failure = try #require(found)
      #expect(failure.kind == .inputOutput)
      #expect(failure.message.contains("after update 4"), "\(failure)")
      #expect(try reopen(aside + "/run.h5").state.position == 4)
    }
  }

  @Test func `destinations that cannot be written to are refused before the work`() throws {
    try withFolder { folder in
      let path = folder.path("run.h5")
      try CheckpointSeries(path).check()
      #expect(failure { try CheckpointSeries(folder.path("run.npz")).check() }?.kind == .usage)
      #expect(
        failure { try CheckpointSeries(folder.path("none/run.h5")).check() }?.kind == .inputOutput)
      try Data().write(to: URL(filePath: path))
      #expect(failure { try CheckpointSeries(path).check() }?.kind == .usage)
      try CheckpointSeries(path, force: true).check()
    }
  }
}
