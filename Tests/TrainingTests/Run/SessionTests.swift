import Archives
import Checkpoints
import Foundation
import Gradients
import TestSupport
import Tensors
import Testing

@testable import Training

@Suite struct SessionTests {
  private func writeViews(_ updates: Int, to path: String) throws {
    var generator = SplitMix64(seed: 4)
    let shape = [updates, 4, 3, 32, 32]
    let arrays = try ["view1", "view2"].map { name in
      let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.nextFraction() * 4 - 2) }
      return (name, Node.tensor(try Tensor(floats: values, shape: shape)))
    }
    let file = try AtomicFile(path)
    try Npz().write(Archive(.dict(arrays), format: "npz"), to: file.output)
    try file.commit()
  }

  private func options(_ views: String, _ out: String, steps: Int) throws -> SessionOptions {
    var options = SessionOptions()
    options.views = views
    options.out = out
    options.steps = steps
    options.sync = false
    options.engine = "openblas"
    options.threads = 1
    // What no file tells, so that the length of the schedule is that of no single run.
    options.plan.total = 50
    return options
  }

  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: [
      "deepmind/tiny_haiku_byol.npz", "dialects/bolts_tiny.ckpt", "dialects/solo_tiny.ckpt",
      "dialects/mmselfsup1_tiny.pth", "dialects/lightly_bench_tiny.ckpt",
      "dialects/yaox12_tiny.pth.tar", "dialects/lucidrains_v082.resume.pt",
    ])
  func `four updates are two and two, byte for byte, whatever program began`(
    _ name: String
  ) throws {
    try withFolder { folder in
      let views = folder.path("views.npz")
      try writeViews(4, to: views)
      let source = Shared.path("fixtures/" + name)
      let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
      try Session(
        resuming: Loaded(source), options: options(views, whole, steps: 4)
      ).train { _ in }
      try Session(
        resuming: Loaded(source), options: options(views, parts, steps: 2)
      ).train { _ in }
      let session = try Session(
        resuming: Loaded(parts), options: options(views, parts, steps: 2))
      #expect(session.report.firstStep == session.plan.nextStep && session.report.planned == 2)
      try session.train { _ in }
      #expect(
        try Data(contentsOf: URL(filePath: parts)) == Data(contentsOf: URL(filePath: whole)))
    }
  }

  @Test func `a session says whose word each thing is, and refuses what does not fit`() throws {
    try withFolder { folder in
      let views = folder.path("views.npz")
      try writeViews(2, to: views)
      let source = Shared.inPackage("samples/tiny_haiku_byol.npz")
      let out = folder.path("run.h5")
      let session = try Session(
        resuming: Loaded(source), options: options(views, out, steps: 2))
      let step = session.report.findings.first { $0.field == "step" }
      #expect(step?.value == "3, once more" && step?.consequence?.isEmpty == false)
      #expect(session.report.findings.first { $0.field == "views" }?.origin == .flag)
      // Nothing is written before the training.
      #expect(!FileManager.default.fileExists(atPath: out))
      let beyond = failure {
        _ = try Session(resuming: Loaded(source), options: options(views, out, steps: 3))
      }
      #expect(beyond?.kind == .usage)
      var without = try options(views, out, steps: 2)
      without.out = nil
      #expect(
        failure { _ = try Session(resuming: Loaded(source), options: without) }?.kind == .usage)
    }
  }
}
