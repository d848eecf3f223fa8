import Archives
import Checkpoints
import Foundation
import Gradients
import Tensors
import TestSupport
import Testing

@testable import Training

/// Updates from genuine files of every dialect.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct UpdaterTests {
  private func updater(
    _ checkpoint: Checkpoint, _ options: PlanOptions = PlanOptions()
  ) throws -> Updater<BLASBackend<Float>> {
    try Updater(
      checkpoint, plan: Plan(checkpoint, options: options), backend: BLASBackend(threads: 1))
  }

  /// What a file would keep of a checkpoint.
  private func reread(_ checkpoint: Checkpoint) throws -> Checkpoint {
    let recipe = try JSONDecoder().decode(
      Recipe.self, from: JSONEncoder().encode(checkpoint.recipe))
    let provenance = try JSONDecoder().decode(
      Provenance.self, from: JSONEncoder().encode(checkpoint.provenance))
    return Checkpoint(
      entries: checkpoint.entries, contract: checkpoint.contract, recipe: recipe,
      provenance: provenance, tree: checkpoint.tree, extras: checkpoint.extras)
  }

  @Test(arguments: Specimen.trainable) func `a run goes on from its checkpoint bit for bit`(
    name: String
  ) throws {
    var options = PlanOptions()
    options.batch = 4
    options.total = 8
    let source = try Specimen.checkpoint(name)
    let views = (0..<3).map { Specimen.views(seed: $0, labels: [1, 0, -1, 2]) }
    let whole = try updater(source, options)
    for view in views { _ = try whole.update(view) }
    var part = try updater(source, options)
    _ = try part.update(views[0])
    for view in views.dropFirst() {
      part = try updater(reread(part.checkpoint()))
      _ = try part.update(view)
    }
    let (left, right) = (try whole.checkpoint(), try part.checkpoint())
    #expect(left.entries.map(\.path) == right.entries.map(\.path))
    for entry in left.entries {
      #expect(try right.tensor(entry.path).hasSameBits(as: entry.tensor), "\(entry.path)")
    }
    #expect(left.recipe == right.recipe)
    #expect(left.tree == right.tree)
    #expect(whole.nextStep == whole.plan.nextStep + 3)
    #expect(left.recipe.step == whole.nextStep && left.recipe.stepCounts == "next")
  }

  @Test(arguments: Specimen.trainable) func `what was trained goes back into its dialect`(
    name: String
  ) throws {
    var source = try Loaded(Shared.path("fixtures/dialects/" + name))
    let dialect = try #require(source.dialect)
    let format = try #require(Formats.all.first { $0.name == source.archive.format })
    let updater = try updater(source.checkpoint)
    _ = try updater.update(Specimen.views(seed: 1, labels: [0, 1, 2, 3]))
    let trained = try updater.checkpoint()
    let mine = try dialect.write(trained, format: format).archive
    let names = mine.leaves.map(\.name)
    let whole = source.checkpoint.roles.contains(.onlinePredictor)
    // A file without predictor or momentum gets them, as far as its dialect has places.
    if whole, source.checkpoint.roles.contains(.optimizer) {
      #expect(names == source.archive.leaves.map(\.name))
    }
    source.checkpoint = try dialect.read(mine).checkpoint
    for role in [Role.onlineEncoder, .targetEncoder, .onlineProjector] {
      for entry in trained.entries where Role(of: entry.path) == role {
        let back = try source.checkpoint.tensor(entry.path)
        #expect(try back.doubles() == entry.tensor.doubles(), "\(entry.path)")
      }
    }
  }

  @Test func `Lightning's counters go on with the run`() throws {
    let source = try Specimen.checkpoint("lightly_bench_tiny.ckpt")
    var options = PlanOptions()
    options.batch = 8
    options.examples = 24
    let updater = try updater(source, options)
    for seed in 0..<4 { _ = try updater.update(Specimen.views(seed: UInt64(seed))) }
    let tree = try #require(try updater.checkpoint().tree)
    let values = Dictionary(
      tree.leaves.map { ($0.name, $0.leaf.value) }, uniquingKeysWith: { first, _ in first })
    let loop = "loops/fit_loop/epoch_loop."
    for (name, value) in [
      ("lr_schedulers/0/last_epoch", "7"), ("lr_schedulers/0/_step_count", "8"),
      (loop + "state_dict/_batches_that_stepped", "7"),
      (loop + "batch_progress/total/ready", "7"), (loop + "batch_progress/current/ready", "1"),
      (loop + "batch_progress/is_last_batch", "false"),
      (loop + "automatic_optimization.optim_progress/optimizer/step/total/completed", "7"),
      (loop + "val_loop.batch_progress/total/ready", "0"),
      ("loops/fit_loop/epoch_progress/total/ready", "3"),
      ("loops/fit_loop/epoch_progress/current/completed", "2"),
    ] {
      #expect(values[name] == value, "\(name): \(values[name] as Any)")
    }
    let rate = try #require(values["optimizer_states/0/param_groups/1/lr"] ?? nil)
    #expect(Double(rate) == updater.plan.learningRate.at(7))
    #expect(values["lr_schedulers/0/_last_lr/0"] == rate)
  }

  @Test func `DeepMind's index counts updates from then on`() throws {
    let source = try Specimen.checkpoint("../deepmind/tiny_haiku_byol.npz")
    let updater = try updater(source)
    let report = try updater.update(Specimen.views(seed: 1))
    #expect(report.step == source.recipe.step)
    let next = try updater.checkpoint()
    #expect(next.recipe.stepCounts == "next")
    #expect(try Plan(next).nextStep == report.step + 1)
    // Nothing was labelled: the classifier and its momentum stay.
    for path in next.entries.map(\.path) where path.contains("online/heads/") {
      #expect(try next.tensor(path).hasSameBits(as: source.tensor(path)), "\(path)")
    }
    #expect(report.classificationLoss == nil && report.accuracy == nil)
  }

  @Test func `OpenMMLab's target begins as a copy with the online statistics`() throws {
    let source = try Specimen.replacing(
      "none", in: Specimen.checkpoint("mmselfsup1_tiny.pth")
    ) { _ in }
    let entries = try source.entries.map { entry in
      entry.path == "training/target/steps"
        ? Checkpoint.Entry(
          entry.path, try Tensor(.int64, shape: [], bytes: Array(repeating: 0, count: 8)))
        : entry
    }
    let fresh = Checkpoint(
      entries: entries, contract: source.contract, recipe: source.recipe,
      provenance: source.provenance)
    let updater = try updater(fresh)
    let report = try updater.update(Specimen.views(seed: 3))
    #expect(report.tau == 0)
    let after = try updater.checkpoint()
    let path = "encoder/stem/conv/weight"
    // The copy is of the parameters before this update.
    #expect(
      try after.tensor("target/" + path).hasSameBits(as: source.tensor("online/" + path)))
    let batches = { (branch: String) in
      try after.tensor("training/bn/\(branch)/encoder/stem/bn/batches").integers()?.first ?? 0
    }
    #expect(try batches("target") == batches("online") + 2)
    #expect(try after.tensor("training/target/steps").integers() == [1])
    // Copied, and then moved by the same views through other parameters' statistics: not the same.
    let mean = "encoder/stem/bn/mean"
    #expect(
      try after.tensor("target/" + mean).doubles() != after.tensor("online/" + mean).doubles())
  }

  @Test func `a parameter that is no number is named, and nothing moves`() throws {
    let source = try Specimen.checkpoint("lightly_bench_tiny.ckpt")
    let path = "online/encoder/stage1/block0/conv1/weight"
    let broken = try Specimen.replacing(path, in: source) { $0[3] = .nan }
    let updater = try updater(broken)
    let before = try updater.checkpoint()
    let failure = #expect(throws: Failure.self) {
      try updater.update(Specimen.views(seed: 1))
    }
    #expect(failure?.place == path)
    #expect(failure?.kind == .differs)
    let after = try updater.checkpoint()
    for entry in before.entries where entry.path != path && !entry.path.hasPrefix("target/") {
      #expect(try after.tensor(entry.path).hasSameBits(as: entry.tensor), "\(entry.path)")
    }
  }

  @Test func `the first layer whose output overflows is named`() throws {
    let source = try Specimen.checkpoint("lightly_bench_tiny.ckpt")
    // The projector's last layer has no batch norm behind it.
    let broken = try Specimen.replacing("online/projector/linear1/weight", in: source) { values in
      for index in values.indices { values[index] = 3e38 }
    }
    let failure = #expect(throws: Failure.self) {
      try updater(broken).update(Specimen.views(seed: 1))
    }
    #expect(failure?.place == "online/projector/linear1")
    var views = Specimen.views(seed: 1)
    views.second.values[7] = .infinity
    let other = #expect(throws: Failure.self) { try updater(source).update(views) }
    #expect(other?.place == "view 2")
  }

  @Test func `another optimiser of the same slots begins with empty ones`() throws {
    let source = try Specimen.checkpoint("solo_tiny.ckpt")
    var options = PlanOptions()
    options.optimiser = "sgd"
    options.learningRate = 0
    let updater = try updater(source, options)
    _ = try updater.update(Specimen.views(seed: 1))
    let path = "optimizer/momentum/online/encoder/stem/conv/weight"
    let gradient = try #require(updater.online["online/encoder/stem/conv/weight"]).gradient
    // m = 0.9 * 0 + g, without weight decay in the new optimiser.
    #expect(try updater.checkpoint().tensor(path).floats() == Array(gradient))
  }

  @Test func `views and labels that do not fit are refused`() throws {
    let updater = try updater(Specimen.checkpoint("solo_tiny.ckpt"))
    for labels in [[1], [0, 1, 2, 10]] {
      let failure = #expect(throws: Failure.self) {
        try updater.update(Specimen.views(seed: 1, labels: labels))
      }
      #expect(failure?.place == "labels")
    }
    let one = #expect(throws: Failure.self) {
      try updater.update(Specimen.views(seed: 1, count: 1))
    }
    #expect(one?.place == "views")
  }

  @Test func `embeddings come where they are asked for`() throws {
    let updater = try updater(Specimen.checkpoint("solo_tiny.ckpt"))
    let report = try updater.update(
      Specimen.views(seed: 1, labels: [1, 1, 2, 3]), reportsEmbedding: true)
    let embedding = try #require(report.embedding)
    #expect(embedding.count == 4 && embedding.width == 128 && report.gradientNorm > 0)
    #expect(report.featureDeviation == CollapseMeasures.featureDeviation(of: embedding))
    #expect((0...1).contains(report.accuracy ?? -1))
    #expect(try updater.update(Specimen.views(seed: 2)).embedding == nil)
  }
}
