import Checkpoints
import Tensors

extension WeightFindings {
  /// The cosine of online and target weights under which the target is another network: independent
  /// weights have 0, a target that averages over a whole training run still 0.9 and more.
  static let leastCosine = 0.5
  /// How many times the distance of its recipe a target may have: real runs have 1.1 to 1.4 times
  /// (`LagModel`), single layers up to 2, and a target that was never moved 9 after 4,000 steps.
  static let mostLag = 5.0

  /// Updates after which a target is judged by its distance: eight times the 250 that BYOL's tau of 0.996
  /// averages over, so that e^-8 is left of where it began, which is elsewhere in DeepMind's program.
  public static let leastSteps = 2000

  /// Optimiser state that is zero after steps; before the first it is as it should be.
  mutating func findMomentum() {
    let state = pass.tensors.values.filter { $0.path.hasPrefix("optimizer/") && $0.count > 0 }
    let slots = Dictionary(grouping: state) { measures in
      measures.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }
    for (slot, measures) in slots.sorted(by: { $0.key < $1.key }) {
      let zero = measures.filter(\.isZero).sorted { $0.path < $1.path }
      guard !zero.isEmpty else { continue }
      if zero.count == measures.count {
        let isFresh = (step ?? 0) == 0
        add(
          isFresh ? .note : .warning, .zeroMomentum, "optimizer/\(slot)",
          "all of it is zero"
            + (step.map { $0 > 0 ? " after \(Numbers.counted($0, "step"))" : "" } ?? ""),
          isFresh
            ? "That is as it should be before the first update."
            : "A run that goes on begins without momentum: use a checkpoint that has it, or warm up "
              + "again.")
      } else {
        let names = zero.map { String($0.path.dropFirst("optimizer/\(slot)/".count)) }
        add(
          .note, .frozenParameter, "optimizer/\(slot)",
          "\(Numbers.counted(zero.count, "parameter")) of \(measures.count) had no gradient: "
            + names.enumerated(),
          "That is right for what is not trained. Otherwise it does not reach the loss.")
      }
    }
  }

  /// A target equal to the online network, or one that does not follow it.
  mutating func findTarget(_ lag: Double?) {
    let twins = pass.distances.values.filter { $0.path.hasSuffix("/weight") && isNetwork($0.path) }
    guard !twins.isEmpty else { return }
    let whole = TwinDistance(path: "target", joining: Array(twins))
    if whole.isEqual {
      let isMade = checkpoint.provenance.made?.keys.contains { $0.hasPrefix("target.") } ?? false
      let isFresh = (step ?? 0) == 0
      add(
        isMade || isFresh ? .note : .warning, .targetEqualsOnline, "target",
        "every weight of the target is the online network's",
        isMade || isFresh
          ? "That is how a target begins."
          : "After \(Numbers.counted(step ?? 0, "step")) a moving average is behind: it was copied, or "
            + "tau was 0. A run that goes on has no slow target at first.")
      return
    }
    guard (step ?? 0) >= Self.leastSteps else { return }
    if let cosine = whole.cosine, cosine < Self.leastCosine {
      add(
        .warning, .targetNotFollowing, "target",
        "online and target weights have a cosine of \(Numbers.fixed(cosine, 3))",
        "The target is no moving average of this online network: the two are of different runs, or "
          + "layers have each other's names.")
    } else if let lag, lag > Self.mostLag {
      add(
        .warning, .targetNotFollowing, "target",
        "the target is \(Numbers.fixed(lag, 1)) times as far from the online network as tau of the "
          + "recipe lets it be",
        "The moving average stood still, or tau is larger than the recipe says: look at how the "
          + "program that trained it updates the target.")
    }
  }

  /// What the moving average covers: the networks, not heads that are trained on them.
  private func isNetwork(_ path: String) -> Bool {
    path.hasPrefix("encoder/") || path.hasPrefix("projector/")
  }
}
