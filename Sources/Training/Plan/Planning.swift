import Checkpoints
import Tensors

/// A plan in the making: the parts of the recipe are settled one after the other.
struct Planning {
  let checkpoint: Checkpoint
  let options: PlanOptions
  /// The name of the dialect of the source, or nil where there was none.
  let dialect: String?
  /// What its file says beside the weights.
  let facts: SourceFacts
  var recipe: Recipe
  var origins: Origins
  var findings: [PlanFinding] = []

  var objective = Objective()
  var optimiser = OptimiserPlan(family: .momentum(nil))
  var keepsState = true
  var learningRate = LearningRate(kind: .constant, peak: 0)
  var tau = Tau(kind: .constant, base: 0.99)
  var targetStatistics = Plan.TargetStatistics.own
  var classifier = Plan.Classifier()
  var nextStep = 0
  var batch: Int?
  /// Whether the source says nothing of its training, so that BYOL's own recipe is taken.
  private(set) var isWithoutRecipe = false

  init(_ checkpoint: Checkpoint, _ options: PlanOptions) throws {
    self.checkpoint = checkpoint
    self.options = options
    dialect = checkpoint.provenance.dialect?.name
    facts = SourceFacts(checkpoint)
    recipe = checkpoint.recipe
    origins = checkpoint.provenance.origins.filter { $0.key.hasPrefix("recipe.") }
    let usual = try Preset.conventions()
    let origin: Origin = options.preset == nil ? .assumed : .flag
    let isChosen = options.preset != nil && recipe.optimizer == nil
    isWithoutRecipe = recipe.optimizer == nil && !isChosen
    if recipe.loss == nil { take(\.loss, usual.loss, "loss", origin) }
    if recipe.augmentation == nil {
      take(\.augmentation, usual.augmentation, "augmentation", origin)
    }
    if recipe.optimizer == nil { take(\.optimizer, usual.optimizer, "optimizer", origin) }
    if recipe.schedule == nil, recipe.optimizer?.family == "lars" {
      take(\.schedule, usual.schedule, "schedule", origin)
    }
    if recipe.tau == nil { take(\.tau, usual.tau, "tau", origin) }
    if recipe.targetBN == nil { take(\.targetBN, usual.targetBN, "target_bn", origin) }
    // What this file says goes over what its dialect believes, and a run's own recipe over both.
    if !isPlanned {
      for (name, value) in facts.constants { settle(name, value, .file) }
    }
  }

  private mutating func take<Value>(
    _ field: WritableKeyPath<Recipe, Value?>, _ value: Value?, _ name: String, _ origin: Origin
  ) {
    recipe[keyPath: field] = value
    origins = origins.filter { !$0.key.hasPrefix("recipe.\(name)") }
    origins["recipe.\(name)"] = origin
  }

  /// Whether an earlier plan settled the recipe: a file of our own.
  var isPlanned: Bool { checkpoint.recipe.optimizer?.hyperparameters["peak_lr"] != nil }

  /// The origin of a field of the recipe: its own, or that of the part it belongs to.
  func origin(_ path: String) -> Origin {
    var path = Substring("recipe." + path)
    while true {
      if let known = origins[String(path)] { return known }
      guard let dot = path.lastIndex(of: ".") else { return .file }
      path = path[..<dot]
    }
  }

  /// Adds a line to the report.
  mutating func note(
    _ field: String, _ value: String, _ origin: Origin, _ consequence: String? = nil
  ) {
    let usual = "the usual value was taken; the source may have had another"
    findings.append(
      PlanFinding(field, value, origin, consequence ?? (origin == .assumed ? usual : nil)))
  }

  /// A constant of the optimiser by name.
  func constant(_ name: String) -> Double? { recipe.optimizer?.hyperparameters[name] }

  /// Settles a constant of the optimiser and where it comes from.
  mutating func settle(_ name: String, _ value: Double, _ origin: Origin) {
    recipe.optimizer?.hyperparameters[name] = value
    origins["recipe.optimizer.hyperparameters.\(name)"] = origin
  }

  /// The plan.
  func plan() throws -> Plan {
    for value in [learningRate.peak, optimiser.weightDecay, optimiser.momentum, optimiser.eta] {
      guard value.isFinite, value >= 0 else {
        throw Failure(
          place: "recipe.optimizer", expected: "constants of 0 or more", found: "\(value)")
      }
    }
    var plan = Plan(
      objective: objective, optimiser: optimiser, learningRate: learningRate, tau: tau,
      targetStatistics: targetStatistics, classifier: classifier, nextStep: nextStep, batch: batch,
      seed: options.seed, recipe: recipe, origins: origins, findings: findings)
    plan.keepsState = keepsState
    return plan
  }
}

extension Plan {
  /// A plan of settled parts.
  init(
    objective: Objective, optimiser: OptimiserPlan, learningRate: LearningRate, tau: Tau,
    targetStatistics: TargetStatistics, classifier: Classifier, nextStep: Int, batch: Int?,
    seed: UInt64, recipe: Recipe, origins: Origins, findings: [PlanFinding]
  ) {
    self.objective = objective
    self.optimiser = optimiser
    self.learningRate = learningRate
    self.tau = tau
    self.targetStatistics = targetStatistics
    self.classifier = classifier
    self.nextStep = nextStep
    self.batch = batch
    self.seed = seed
    self.recipe = recipe
    self.origins = origins
    self.findings = findings
  }
}
