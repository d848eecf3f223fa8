import Checkpoints
import Tensors

extension Planning {
  /// Settles the optimiser, its constants and what there is of its state.
  mutating func findOptimiser() throws {
    let isChanged = try changeFamily()
    keepsState = !isChanged
    guard let said = recipe.optimizer else { return }
    optimiser = OptimiserPlan(
      family: try family(said), exclusion: try Exclusion(named: said.excludes))
    optimiser.isNesterov = constant("nesterov") == 1
    optimiser.isClipped = constant("clip_lr") == 1
    optimiser.eta = constant("eta") ?? constant("trust_coefficient") ?? optimiser.eta
    optimiser.eps = constant("eps") ?? (said.variant == Trust.lrInBuffer.rawValue ? 0 : 1e-8)
    optimiser.beta1 = constant("beta1") ?? optimiser.beta1
    optimiser.beta2 = constant("beta2") ?? optimiser.beta2
    guard (constant("dampening") ?? 0) == 0 else {
      throw Failure(
        place: "recipe.optimizer.hyperparameters.dampening", expected: "0",
        found: "\(constant("dampening") ?? 0)")
    }
    let name = [said.family, said.variant].compactMap { $0 }.joined(separator: " ")
    note(
      "optimizer", name, origin("optimizer.family"),
      isWithoutRecipe
        ? "nothing tells how the source was trained: BYOL's own recipe is taken"
        : isChanged ? "the source's optimiser was another one" : nil)
    note(
      "excluded from weight decay", optimiser.exclusion.rawValue, origin("optimizer.excludes"))
    findMomentum(said)
    findDecay(said)
    try findState(isChanged)
  }

  /// Takes another optimiser by the user's word; whether it is another one than the source's.
  private mutating func changeFamily() throws -> Bool {
    guard let word = options.optimiser, word != recipe.optimizer?.family else { return false }
    guard ["lars", "sgd", "adam", "adamw"].contains(word) else {
      throw Failure(.usage, "--optimizer is lars, sgd, adam or adamw, not '\(word)'")
    }
    var new = recipe.optimizer
    new?.family = word
    new?.variant = word == "lars" ? Trust.paper.rawValue : nil
    new?.excludes = word == "lars" ? Exclusion.biasAndNorm.rawValue : nil
    new?.lrInBuffer = false
    new?.hyperparameters = word == "lars" || word == "sgd" ? ["momentum": 0.9] : [:]
    recipe.optimizer = new
    origins = origins.filter { !$0.key.hasPrefix("recipe.optimizer") }
    origins["recipe.optimizer"] = .flag
    return true
  }

  private func family(_ said: Recipe.Optimizer) throws -> OptimiserPlan.Family {
    switch said.family {
    case "sgd": return .momentum(nil)
    case "adam": return .adam
    case "adamw": return .adamW
    case "lars":
      let word = said.variant ?? Trust.paper.rawValue
      guard let trust = Trust(rawValue: word) else {
        throw Failure(
          place: "recipe.optimizer.variant",
          expected: Trust.allCases.map(\.rawValue).joined(separator: ", "), found: word)
      }
      return .momentum(trust)
    default:
      throw Failure(
        place: "recipe.optimizer.family", expected: "lars, sgd, adam or adamw", found: said.family)
    }
  }

  private mutating func findMomentum(_ said: Recipe.Optimizer) {
    guard case .momentum(let trust) = optimiser.family else { return }
    let known = options.momentum ?? constant("momentum")
    optimiser.momentum = known ?? (trust == nil ? 0 : 0.9)
    let origin: Origin =
      options.momentum != nil
      ? .flag : known == nil ? .assumed : origin("optimizer.hyperparameters.momentum")
    settle("momentum", optimiser.momentum, origin)
    note(
      "momentum", "\(optimiser.momentum)", origin,
      known == nil ? "the optimiser's own default; the source may have had another" : nil)
  }

  private mutating func findDecay(_ said: Recipe.Optimizer) {
    let preset = options.preset ?? (said.family == "lars" ? assumedPreset : nil)
    let isFlag = options.weightDecay != nil || options.preset != nil
    let known =
      options.weightDecay ?? options.preset?.weightDecay ?? constant("weight_decay")
    optimiser.weightDecay =
      known ?? preset?.weightDecay ?? (said.family == "adamw" ? 0.01 : 0)
    let origin: Origin =
      isFlag
      ? .flag : known == nil ? .assumed : origin("optimizer.hyperparameters.weight_decay")
    settle("weight_decay", optimiser.weightDecay, origin)
    note(
      "weight decay", "\(optimiser.weightDecay)", origin,
      known == nil ? "weights shrink at another rate where the source had another" : nil)
  }

  /// What is taken of DeepMind's presets where the user names none: the run of the published weights.
  var assumedPreset: Preset? { Preset.all.last }

  /// Says whether the optimiser's state is there.
  private mutating func findState(_ isChanged: Bool) throws {
    let slots: [String]
    switch optimiser.family {
    case .momentum:
      guard optimiser.momentum > 0 else { return }
      slots = ["momentum"]
    case .adam, .adamW: slots = ["exp_avg", "exp_avg_sq", "step"]
    }
    for slot in slots {
      let start = "optimizer/\(slot)/"
      let count = checkpoint.entries.count { $0.path.hasPrefix(start) }
      if count == 0 || isChanged {
        note(
          "optimizer.\(slot)", "0", .assumed,
          slot == "step"
            ? "the corrections for the start of the averages are made again"
            : "the optimiser's memory of past gradients is lost: it fills again within some "
              + "\(slot == "exp_avg_sq" ? "thousand" : "ten") steps")
      } else {
        let parameters = checkpoint.entries.filter {
          $0.path.hasPrefix("online/") && isTrainable($0.path)
        }
        let missing = parameters.filter { checkpoint[start + $0.path] == nil }
        note(
          "optimizer.\(slot)", "found for \(Numbers.counted(count, "tensor"))", .file,
          missing.isEmpty
            ? nil
            : "\(Numbers.counted(missing.count, "parameter")) without one "
              + "begin\(missing.count == 1 ? "s" : "") at 0, \(missing[0].path) first")
      }
    }
  }

  /// Whether training moves the tensor of that native name.
  private func isTrainable(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let leaf = parts.last, ["weight", "bias", "scale", "offset"].contains(leaf) else {
      return false
    }
    return parts[1] != "heads" || path.hasPrefix("online/\(Plan.Classifier.head)/")
  }
}
