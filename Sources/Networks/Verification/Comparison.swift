import Checkpoints
import Synchronization
import Tensors

/// A checkpoint's outputs beside those of a reference.
public struct Comparison: Sendable, Hashable, Codable {
  /// Every output that both have, in the reference's order.
  public var outputs: [Agreement]
  /// Every stage that both have, in the order in which the engine computes them.
  public var stages: [Agreement]
  /// The reference's keys that were not compared: unknown, without input, or of networks and stages
  /// that the checkpoint does not have.
  public var missing: [String]

  /// The largest error of outputs, or of stages where there is no output.
  public var error: Double { (outputs.isEmpty ? stages : outputs).map(\.error).max() ?? 0 }

  /// Where it is.
  public var worst: Agreement? {
    (outputs.isEmpty ? stages : outputs).max { $0.error < $1.error }
  }

  /// The first stage whose error is above `tolerance`; the first output, where stages were not
  /// compared or all agree.
  public func firstDivergingStage(_ tolerance: Double) -> String? {
    (stages + outputs).first { !($0.error <= tolerance) }?.name
  }
}

extension Reference {
  /// Runs the checkpoint on every input of the reference.
  ///
  /// - Throws: `Failure` where a network cannot be run, or nothing can be compared.
  public func compare(with checkpoint: Checkpoint, engine: any Engine) throws -> Comparison {
    let trial = Trial(checkpoint: checkpoint)
    var result = Comparison(outputs: [], stages: [], missing: unused)
    for batch in batches {
      let part = try batch.compare(trial, engine: engine)
      result.outputs += part.outputs
      result.stages += part.stages
      result.missing += part.missing
    }
    guard !result.outputs.isEmpty || !result.stages.isEmpty else {
      throw Failure(
        file: name, expected: "an output that the checkpoint can compute",
        found: result.missing.joined(separator: ", "))
    }
    return result
  }
}

extension Reference.Batch {
  /// Runs a trial on the input.
  ///
  /// - Parameter count: pictures to use of the batch; the whole one where batch norm sees it.
  func compare(_ trial: Trial, engine: any Engine, count: Int = .max) throws -> Comparison {
    var result = Comparison(outputs: [], stages: [], missing: [])
    for branch in Branch.allCases {
      let mine = (outputs + stages).filter { $0.branch == branch }
      guard !mine.isEmpty else { continue }
      guard trial.checkpoint.roles.contains(branch.encoder) else {
        result.missing += mine.map(\.key)
        continue
      }
      let recorder = StageValues(Set(mine.map(\.stage)))
      let until = mine.compactMap { Output(rawValue: $0.stage) }.max() ?? .prediction
      try run(trial, branch, engine: engine, count: count, until: until, trace: recorder.note)
      for (expected, value) in recorder.matched(with: mine) {
        guard let value else {
          result.missing.append(expected.key)
          continue
        }
        let reference = Activation(
          shape: expected.values.shape, values: try expected.values.doubles())
        let part = reference.first(value.shape[0])
        if expected.key.hasPrefix("act/") {
          let name = String(expected.key.dropFirst(4))
          result.stages.append(Agreement(name: name, of: value, with: part))
        } else {
          result.outputs.append(Agreement(name: expected.key, of: value, with: part))
        }
      }
    }
    return result
  }

  /// Runs a trial on the first `count` pictures; on all where batch norm sees the whole batch.
  ///
  /// - Throws: `Failure` where the network cannot be run, or the trial's preparation of the input
  ///   changes nothing.
  func run(
    _ trial: Trial, _ branch: Branch, engine: any Engine, count: Int, until: Output = .prediction,
    trace: @escaping @Sendable (String, Activation) -> Void
  ) throws {
    let contract = trial.checkpoint.contract.input
    var seen = try input(contract).first(trial.isTraining ? .max : count)
    if trial.preparation != Preparation() {
      guard let prepared = trial.preparation.applied(to: seen, contract) else {
        throw Failure(.usage, "the input would be the same")
      }
      seen = prepared
    }
    _ = try engine.run(
      ForwardRequest(
        branch: branch, input: seen, isTraining: trial.isTraining, until: until, trace: trace),
      on: trial.checkpoint)
  }
}

/// The activations of some stages, in the order in which they were made.
final class StageValues: Sendable {
  private let wanted: Set<String>?
  private let sampleCount: Int
  private let values = Mutex<[(stage: String, value: Activation)]>([])

  /// Keeps the stages named, or all; of each all values, or about `sampleCount` as a row.
  init(_ wanted: Set<String>?, sampling sampleCount: Int = .max) {
    self.wanted = wanted
    self.sampleCount = sampleCount
  }

  func note(_ stage: String, _ value: Activation) {
    guard wanted?.contains(stage) ?? true else { return }
    let kept = value.values.count <= sampleCount ? value : value.sampled(sampleCount)
    values.withLock { $0.append((stage, kept)) }
  }

  /// What was made, in its order.
  var all: [(stage: String, value: Activation)] { values.withLock { $0 } }

  /// Expected arrays in the order of the stages made; then those that were not made.
  func matched(with expected: [Reference.Expected]) -> [(Reference.Expected, Activation?)] {
    let all = all
    let made = all.flatMap { entry in
      expected.filter { $0.stage == entry.stage }.map { ($0, Optional(entry.value)) }
    }
    let names = Set(all.map(\.stage))
    return made + expected.filter { !names.contains($0.stage) }.map { ($0, nil) }
  }
}
