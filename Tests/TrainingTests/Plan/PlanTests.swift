import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Training

/// What is found in genuine files, and what is assumed of the rest.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct PlanTests {
  private func plan(_ name: String, _ options: PlanOptions = PlanOptions()) throws -> Plan {
    try Plan(Specimen.checkpoint(name), options: options)
  }

  private func finding(_ field: String, _ plan: Plan) throws -> PlanFinding {
    try #require(plan.findings.first { $0.field == field }, "\(field)")
  }

  @Test func `lightly's file tells its schedule`() throws {
    let plan = try plan("lightly_bench_tiny.ckpt")
    #expect(plan.learningRate.kind == .fromNext)
    #expect(plan.learningRate.warmup == 30)
    #expect(plan.learningRate.total == 36)
    // What the file has as the learning rate of the next step.
    #expect(abs(plan.learningRate.at(plan.nextStep) - 0.001875) < 1e-12)
    #expect(plan.batch == 8)
    #expect(plan.nextStep == 3)
    #expect(plan.optimiser.family == .momentum(.epsInTrust))
    #expect(plan.optimiser.exclusion == .biasNormAndHeads)
    #expect(plan.tau.endsAtLast && plan.tau.moment == .beforeForward && plan.tau.base == 0.99)
    #expect(try finding("schedule", plan).origin == .file)
    #expect(try finding("optimizer.momentum", plan).origin == .file)
    #expect(try finding("optimizer.momentum", plan).consequence == nil)
    #expect(try finding("random", plan).origin == .assumed)
  }

  @Test func `solo-learn's classifier has its own rate`() throws {
    let plan = try plan("solo_tiny.ckpt")
    #expect(plan.classifier.peak == 0.2)
    #expect(plan.classifier.weightDecay == 0)
    #expect(plan.classifier.views == 2)
    #expect(plan.learningRate.kind == .byStep)
    #expect(plan.learningRate.start == 3e-5)
    #expect(plan.learningRate.total == 3)
    #expect(try finding("schedule", plan).consequence?.contains("it is over") == true)
    #expect(try finding("tau", plan).consequence?.contains("after a restart") == true)
  }

  @Test func `yaox12's configuration is read`() throws {
    let plan = try plan("yaox12_tiny.pth.tar")
    #expect(plan.batch == 128)
    #expect(plan.learningRate.total == 300 * 1_281_167 / 128)
    #expect(plan.learningRate.warmup == 10 * 1_281_167 / 128)
    #expect(plan.learningRate.peak == 0.15)
    #expect(plan.objective.views == .concatenated && plan.objective.slope == 1)
    #expect(plan.optimiser.eps == 0)
  }

  @Test func `OpenMMLab's schedulers are read`() throws {
    let plan = try plan("mmselfsup1_tiny.pth")
    #expect(plan.learningRate.warmup == 10)
    #expect(plan.learningRate.total == 3)
    // What the file has as the learning rate of the next step.
    #expect(abs(plan.learningRate.at(3) - 1.60032) < 1e-12)
    #expect(plan.tau.countsTargetUpdates)
    #expect(plan.targetStatistics == .copied)
  }

  @Test func `Bolts counts epochs`() throws {
    let plan = try plan("bolts_tiny.ckpt")
    #expect(plan.learningRate.stepsPerEpoch == 3)
    #expect(plan.learningRate.total == 30)
    #expect(plan.learningRate.at(3) == 0.02)
    #expect(plan.objective.views == .interleaved)
    #expect(plan.tau.kind == .cosineFromBase)
  }

  @Test func `DeepMind's file runs its step again, and the report says so`() throws {
    let checkpoint = try Specimen.checkpoint("../deepmind/tiny_haiku_byol.pkl")
    let plan = try Plan(checkpoint)
    let step = try finding("step", plan)
    #expect(step.value.contains("once more"))
    #expect(step.consequence?.contains("DeepMind's loop") == true)
    #expect(try finding("random", plan).consequence?.contains("begin anew") == true)
    #expect(try finding("tau", plan).origin == .assumed)
    #expect(try finding("weight decay", plan).origin == .assumed)
    #expect(try finding("learning rate", plan).origin == .assumed)
  }

  @Test func `a preset goes over everything`() throws {
    var options = PlanOptions()
    options.preset = try Preset.named("deepmind-300")
    options.batch = 4096
    let plan = try Plan(Specimen.checkpoint("../deepmind/tiny_haiku_byol.pkl"), options: options)
    #expect(abs(plan.learningRate.peak - 4.8) < 1e-12)
    #expect(plan.learningRate.warmup == 3127)
    #expect(plan.learningRate.total == 93835)
    #expect(plan.optimiser.weightDecay == 1e-6)
    #expect(plan.tau.base == 0.99)
    #expect(try finding("tau", plan).origin == .flag)
  }

  /// `byol/configs/byol.py` at a batch of 4096: `facts/deepmind.md`, section 4.
  @Test(arguments: [
    ("deepmind-40", 12511), ("deepmind-100", 31278), ("deepmind-300", 93835),
    ("deepmind-1000", 312784),
  ]) func `presets have DeepMind's lengths`(name: String, total: Int) throws {
    let preset = try Preset.named(name)
    let steps = Preset.steps(
      epochs: preset.epochs, examples: Preset.imageNet, batch: preset.batch)
    #expect(steps == total)
  }

  @Test func `a predictor that was not saved is made, and said`() throws {
    let checkpoint = try Specimen.checkpoint("sthalles_resnet18_tiny.pth")
    let plan = try Plan(checkpoint)
    let predictor = try finding("online.predictor", plan)
    #expect(predictor.origin == .assumed)
    #expect(predictor.consequence != nil)
    #expect(plan.learningRate.kind == .constant && plan.learningRate.peak == 0.03)
    #expect(try plan.completed(checkpoint).roles.contains(.onlinePredictor))
    #expect(try finding("step", plan).origin == .assumed)
  }

  @Test func `a file of one encoder cannot go on`() throws {
    let failure = #expect(throws: Failure.self) { try plan("lucidrains_v082.net_only.pt") }
    #expect(failure?.place == "online.projector")
  }

  @Test func `another optimiser begins anew`() throws {
    var options = PlanOptions()
    options.optimiser = "adamw"
    let plan = try plan("solo_tiny.ckpt", options)
    #expect(plan.optimiser.family == .adamW)
    #expect(try finding("optimizer.exp_avg", plan).origin == .assumed)
    options.optimiser = "shampoo"
    #expect(throws: Failure.self) { try self.plan("solo_tiny.ckpt", options) }
  }

  @Test func `every dialect's recipe has a meaning here`() throws {
    for dialect in try Dialects.all() {
      var checkpoint = try Specimen.checkpoint("solo_tiny.ckpt")
      checkpoint.recipe = try Specimen.recipe(of: dialect.name)
      let plan = try Plan(checkpoint)
      #expect(plan.learningRate.peak > 0, "\(dialect.name)")
      #expect(plan.optimiser.exclusion == .none || plan.recipe.optimizer?.family == "lars")
    }
  }

  /// Fields with an assumption say what it changes.
  @Test(arguments: Specimen.trainable) func `what is assumed is explained`(name: String) throws {
    let findings = try plan(name).findings
    for finding in findings where finding.origin == .assumed {
      #expect(finding.consequence != nil, "\(finding.field)")
    }
    #expect(Set(findings.map(\.field)).count == findings.count)
  }
}
