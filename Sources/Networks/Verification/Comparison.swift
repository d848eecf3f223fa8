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
  /// - Parameters:
  ///   - count: pictures to use of the batch; the whole one where batch norm sees it.
  ///   - last: the last output wanted.
  func compare(
    _ trial: Trial, engine: any Engine, count: Int = .max, last: Output = .prediction
  ) throws -> Comparison {
    var result = Comparison(outputs: [], stages: [], missing: [])
    let contract = trial.checkpoint.contract.input
    let count = trial.isTraining ? .max : count
    let stated = try input(contract).first(count)
    guard
      trial.preparation == Preparation()
        || trial.preparation.applied(to: stated, contract) != nil
    else { throw Failure(.usage, "the input would be the same") }
    let seen = trial.preparation.applied(to: stated, contract) ?? stated
    let wanted = (outputs + stages).filter { expected in
      Output(rawValue: expected.stage).map { $0 <= last } ?? true
    }
    for branch in Branch.allCases {
      let mine = wanted.filter { $0.branch == branch }
      guard !mine.isEmpty else { continue }
      guard trial.checkpoint.roles.contains(branch.encoder) else {
        result.missing += mine.map(\.key)
        continue
      }
      let recorder = StageValues(Set(mine.map(\.stage)))
      let until = mine.compactMap { Output(rawValue: $0.stage) }.max() ?? .prediction
      _ = try engine.run(
        ForwardRequest(
          branch: branch, input: seen, isTraining: trial.isTraining, until: until,
          trace: recorder.note), on: trial.checkpoint)
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
}

/// The activations of some stages, in the order in which they were made.
final class StageValues: Sendable {
  private let wanted: Set<String>?
  private let values = Mutex<[(stage: String, value: Activation)]>([])

  /// Keeps the stages named, or all.
  init(_ wanted: Set<String>?) { self.wanted = wanted }

  func note(_ stage: String, _ value: Activation) {
    guard wanted?.contains(stage) ?? true else { return }
    values.withLock { $0.append((stage, value)) }
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
