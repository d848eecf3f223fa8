import Checkpoints
import Health
import Pages
import Tensors

/// How it was trained: the recipe in words, the optimiser's state and the run.
struct TrainingSection {
  private let page: ReportPage

  init(_ page: ReportPage) { self.page = page }

  var section: Section? {
    let words = RecipeWords(page.loaded.checkpoint.recipe).sentences
    let slots = self.slots
    guard !words.isEmpty || !slots.isEmpty || page.run != nil else { return nil }
    var parts: [String] = []
    if !words.isEmpty { parts.append(Markup.facts(words)) }
    if !slots.isEmpty {
      parts.append(
        "<h3>Optimiser state</h3>\n"
          + Markup.table(
            ["slot", "parameters", "RMS", "largest", "zero"], slots, numbers: [1, 2, 3, 4]))
    }
    if let run = page.run {
      parts.append("<h3>Run of byol-train</h3>\n" + Markup.facts(facts(run)))
    }
    let fields = page.inspection.recipe
    if !fields.isEmpty {
      parts.append(
        Markup.details(
          "The recipe, field by field",
          Markup.table(
            ["field", "value", "origin"],
            fields.map { [$0.path, $0.value.text, $0.origin.rawValue] })))
    }
    return Section("training", "Training", parts.joined(separator: "\n"))
  }

  /// A row for each slot of the optimiser.
  private var slots: [[String]] {
    let state = page.health.tensors.filter { $0.path.hasPrefix("optimizer/") }
    let groups = Dictionary(grouping: state) { measures in
      measures.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }
    return groups.sorted { $0.key < $1.key }.map { slot, tensors in
      let squares = tensors.reduce(0) { $0 + $1.norm * $1.norm }
      let count = tensors.reduce(0) { $0 + $1.count }
      let largest = tensors.map { max(abs($0.min), abs($0.max)) }.max() ?? 0
      let zero = tensors.count(where: \.isZero)
      return [
        slot, Numbers.grouped(tensors.count),
        readable((squares / Double(max(count, 1))).squareRoot(), digits: 3),
        readable(largest, digits: 3), zero == 0 ? "none" : "\(zero) whole",
      ]
    }
  }

  private func facts(_ run: RunSummary) -> [(String, String)] {
    let data =
      run.data.map {
        "\(Numbers.counted($0.count, "picture")), SHA-256 of names and labels \($0.sha256.prefix(16))"
      }
    return [
      ("Progress", "\(Numbers.grouped(run.position)) of \(Numbers.grouped(run.end)) batches"),
      ("Batch", "\(Numbers.grouped(run.batch)) pictures, two views of each"),
      ("Data", data ?? "views that were given"),
      ("Augmentation", run.augmentation ?? "none: views were given"),
      ("Seed", String(run.seed)),
      ("Computed by", "\(run.engine) \(run.precision), \(Numbers.counted(run.threads, "thread"))"),
    ]
  }
}

/// A recipe in sentences.
struct RecipeWords {
  private let recipe: Recipe

  init(_ recipe: Recipe) { self.recipe = recipe }

  /// What it is about, and what it says; what it does not say is left out.
  var sentences: [(String, String)] {
    var result: [(String, String)] = []
    if let step = recipe.step {
      let epoch = recipe.epoch.map { ", epoch \(Numbers.grouped($0))" } ?? ""
      let again = recipe.stepCounts == "repeat" ? " (that one comes again)" : ""
      result.append(("Step", Numbers.grouped(step) + epoch + again))
    }
    if let loss = recipe.loss {
      result.append(
        ("Loss", "\(loss.form) + \(readable(loss.constant)), views \(loss.views) in batch norm"))
    }
    if let optimizer = recipe.optimizer { result.append(("Optimiser", words(optimizer))) }
    if let schedule = recipe.schedule {
      var words = schedule.kind
      if let warmup = schedule.warmup { words += ", warm-up of \(Numbers.counted(warmup, "step"))" }
      if let total = schedule.total { words += ", \(Numbers.counted(total, "step")) in all" }
      result.append(("Learning rate", words))
    }
    if let tau = recipe.tau {
      var words = tau.kind
      if let base = tau.base { words += " from \(readable(base, digits: 6))" }
      if let total = tau.total { words += " over \(Numbers.counted(total, "step"))" }
      words += ", averaged \(tau.applied.replacing("-", with: " ")), covering "
      words += tau.covers == "all" ? "parameters and statistics" : "parameters"
      result.append(("tau", words))
    }
    if let statistics = recipe.targetBN {
      let words = [
        "own": "its own forward passes", "copied": "copied from the online network",
        "averaged": "an average of the online network's",
      ]
      result.append(("Target's statistics", words[statistics] ?? statistics))
    }
    if let augmentation = recipe.augmentation { result.append(("Augmentation", augmentation)) }
    return result
  }

  private func words(_ optimizer: Recipe.Optimizer) -> String {
    let constants = optimizer.hyperparameters.sorted { $0.key < $1.key }
      .map { "\($0.key) \(readable($0.value))" }
    var parts = [optimizer.family.uppercased() + (optimizer.variant.map { " (\($0))" } ?? "")]
    if let excludes = optimizer.excludes { parts.append("not for \(excludes)") }
    parts += constants
    if optimizer.lrInBuffer { parts.append("momentum holds the learning rate") }
    if let last = optimizer.lastLR {
      parts.append("last learning rate \(readable(last, digits: 3))")
    }
    return parts.joined(separator: ", ")
  }
}
