import Checkpoints
import Tensors

extension Planning {
  /// Settles the moving average that makes the target, and its running statistics.
  mutating func findTau() throws {
    guard let said = recipe.tau else { return }
    guard let kind = Tau.Kind(rawValue: said.kind), let moment = Tau.Moment(rawValue: said.applied)
    else {
      throw Failure(
        place: "recipe.tau",
        expected: "a kind (\(Tau.Kind.allCases.map(\.rawValue).joined(separator: ", "))) and when "
          + "(\(Tau.Moment.allCases.map(\.rawValue).joined(separator: ", ")))",
        found: "\(said.kind), \(said.applied)")
    }
    let flagged = options.tau ?? options.preset?.tau
    // What this file says goes over what its dialect believes.
    let own = [.dialect, .assumed].contains(origin("tau.base")) ? facts.tau : nil
    let base = flagged ?? own ?? said.base ?? assumedPreset?.tau ?? 0.996
    guard (0...1).contains(base) else {
      throw Failure(place: "recipe.tau.base", expected: "a number from 0 to 1", found: "\(base)")
    }
    tau = Tau(kind: kind, base: base, total: learningRate.total, moment: moment)
    tau.endsAtLast = said.divisor == "K-1"
    tau.countsTargetUpdates = checkpoint["training/target/steps"] != nil
    let isKept = options.total == nil && options.epochs == nil && options.preset == nil
    if isKept, settledTotal != nil, let total = said.total, total > 0 { tau.total = total }
    if kind != .constant, tau.total == 0 { tau.kind = .constant }
    let origin: Origin =
      flagged != nil
      ? .flag : own != nil ? .file : said.base == nil ? .assumed : origin("tau.base")
    origins["recipe.tau.base"] = origin
    recipe.tau?.base = base
    recipe.tau?.total = tau.kind == .constant ? nil : tau.total
    noteTau(origin)
    try findStatistics()
  }

  private mutating func noteTau(_ origin: Origin) {
    let now = tau.at(nextStep, isFirst: true)
    var consequences: [String] = []
    if origin == .assumed {
      consequences.append(
        "no file stores tau and the dialect does not fix its base: the target follows faster or "
          + "slower than the source's")
    }
    if tau.kind == .constant, recipe.tau?.kind != Tau.Kind.constant.rawValue {
      consequences.append("the length of its schedule is not known: it stays at its base")
    }
    if tau.kind == .cosineFromBase, nextStep > 0 {
      consequences.append(
        "the source keeps tau in memory only: after a restart its first update has the base")
    }
    note(
      "tau", "\(Numbers.fixed(now, 6)) now, \(tau.base) at step 0, \(tau.moment.rawValue)", origin,
      consequences.isEmpty ? nil : consequences.joined(separator: "; "))
  }

  private mutating func findStatistics() throws {
    let word = recipe.targetBN ?? "own"
    guard let known = Plan.TargetStatistics(rawValue: word) else {
      throw Failure(
        place: "recipe.target_bn",
        expected: Plan.TargetStatistics.allCases.map(\.rawValue).joined(separator: ", "),
        found: word)
    }
    targetStatistics = recipe.tau?.covers == "all" ? .averaged : known
    note("target's running statistics", targetStatistics.rawValue, origin("target_bn"))
  }

  /// Settles the loss.
  mutating func findObjective() throws {
    guard let said = recipe.loss else { return }
    objective = try Objective(form: said.form, constant: said.constant, views: said.views)
    // DeepMind's code limits the square of a vector's length by 1e-12, PyTorch the length.
    if dialect == "haiku" || dialect == nil { objective.shortest = 1e-6 }
    note("loss", "\(said.form), \(said.views) views", origin("loss"))
  }
}
