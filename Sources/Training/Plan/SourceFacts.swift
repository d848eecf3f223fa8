import Checkpoints

/// What a source's file says of its run beside the weights: schedulers, hyper-parameters, configurations.
///
/// Dialects leave these scalars among the extras; whoever goes on from the file needs them.
struct SourceFacts {
  /// Scalars of the source by name: `lr_schedulers/0/max_epochs`.
  private let values: [String: String]

  /// The scalars of a checkpoint's source; none where it has no tree.
  init(_ checkpoint: Checkpoint) {
    var values: [String: String] = [:]
    for (name, leaf) in checkpoint.tree?.leaves ?? [] where leaf.kind != "tensor" {
      values[name] = leaf.value
    }
    self.values = values
  }

  /// A number, or 1 and 0 for true and false.
  private func number(_ names: String...) -> Double? {
    for name in names {
      guard let text = values[name] else { continue }
      if text == "true" || text == "false" { return text == "true" ? 1 : 0 }
      if let value = Double(text), value.isFinite { return value }
    }
    return nil
  }

  private func count(_ names: String...) -> Int? {
    for name in names {
      if let value = number(name), value >= 0, value < 1e15 { return Int(value.rounded()) }
    }
    return nil
  }

  /// Pictures in a batch: Lightning's hyper-parameters, or yaox12's configuration times its processes.
  var batch: Int? {
    if let own = count("hyper_parameters/batch_size_per_device", "hyper_parameters/batch_size") {
      return own
    }
    guard let own = count("config/data/train_batch_size") else { return nil }
    return own * max(count("config/world_size") ?? 1, 1)
  }

  /// Pictures in the source's data.
  var examples: Int? { count("config/data/num_examples") }

  /// Steps in an epoch (mmengine).
  var stepsPerEpoch: Int? {
    guard let steps = count("message_hub/runtime_info/max_iters"),
      let epochs = count("message_hub/runtime_info/max_epochs"), epochs > 0
    else { return nil }
    return max(steps / epochs, 1)
  }

  /// Steps of the whole schedule, for schedulers that count steps or epochs.
  func total(_ kind: LearningRate.Kind, stepsPerEpoch: Int) -> Int? {
    if let steps = count("message_hub/runtime_info/max_iters") { return steps }
    if let epochs = count("config/optimizer/total_epochs"), let examples, let batch, batch > 0 {
      return Preset.steps(epochs: epochs, examples: examples, batch: batch)
    }
    return scheduled("max_epochs", kind, stepsPerEpoch)
  }

  /// Steps of warm-up.
  func warmup(_ kind: LearningRate.Kind, stepsPerEpoch: Int) -> Int? {
    if number("param_schedulers/0/start_factor") != nil, let end = count("param_schedulers/0/end") {
      return end
    }
    if let epochs = count("config/optimizer/warmup_epochs"), let examples, let batch, batch > 0 {
      return Preset.steps(epochs: epochs, examples: examples, batch: batch)
    }
    return scheduled("warmup_epochs", kind, stepsPerEpoch)
  }

  private func scheduled(
    _ name: String, _ kind: LearningRate.Kind, _ stepsPerEpoch: Int
  ) -> Int? {
    guard let value = count("lr_schedulers/0/" + name), value < 1 << 40 else { return nil }
    return kind == .byEpoch ? value * stepsPerEpoch : value
  }

  /// tau at step 0.
  var tau: Double? {
    number(
      "config/model/base_momentum", "hyper_parameters/initial_tau",
      "hyper_parameters/base_momentum")
  }

  /// Constants of the optimiser that its groups or schedulers have, by the name that a recipe gives them.
  var constants: [String: Double] {
    var found: [String: Double] = [:]
    found["base_lr"] = number("config/optimizer/base_lr")
    found["warmup_start_lr"] = number("lr_schedulers/0/warmup_start_lr")
    found["min_lr"] = number("lr_schedulers/0/eta_min")
    for (start, group) in groups {
      if group == 0 {
        for flag in ["nesterov", "clip_lr"] { found[flag] = number("\(start)/\(flag)") }
      }
      guard let name = values["\(start)/name"], name.hasSuffix("classifier") else { continue }
      found["classifier_lr"] = number("\(start)/initial_lr", "\(start)/lr")
      found["classifier_weight_decay"] = number("\(start)/weight_decay")
    }
    return found
  }

  /// The groups of the optimiser: their names' beginnings and numbers.
  private var groups: [(String, Int)] {
    for optimizer in ["optimizer_states/0", "optimizer", "optimizer_state_dict"] {
      let found = (0..<64).map { ("\(optimizer)/param_groups/\($0)", $0) }.filter { start, _ in
        values["\(start)/lr"] != nil || values["\(start)/name"] != nil
      }
      if !found.isEmpty { return found }
    }
    return []
  }
}
