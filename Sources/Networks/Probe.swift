import Checkpoints
import Tensors

/// The small forward pass that a native file carries, and every reader can repeat.
public enum Probe {
  /// Seed of the input's numbers.
  public static let seed: UInt64 = 20_200_613
  /// Largest deviation of a float32 engine from the recorded float64 numbers.
  public static let tolerance = 1e-4

  /// The input: one image of 64 x 64 pixels, 32 x 32 where the stem does not pool; [1, 3, H, W].
  public static func input(for contract: Contract) -> Activation {
    input(shape: [1, 3, contract.encoder.stem.pool ? 64 : 32, contract.encoder.stem.pool ? 64 : 32])
  }

  static func input(shape: [Int], seed: UInt64 = seed) -> Activation {
    var generator = SplitMix64(seed: seed)
    let count = shape.reduce(1, *)
    return Activation(shape: shape, values: (0..<count).map { _ in generator.nextValue() })
  }

  /// Runs the probe through every network that the checkpoint can run.
  ///
  /// - Throws: `Failure` (`badInput`) where a network cannot be run, saying what is missing; (`differs`)
  ///   where it gives values that are no finite numbers.
  public static func record(
    _ checkpoint: Checkpoint, engine: any Engine
  ) throws -> Verification.Probe {
    let input = input(for: checkpoint.contract)
    let stages = try stages(checkpoint, engine: engine, input: input)
    guard !stages.isEmpty else {
      throw Failure(.badInput, place: "encoder", "heads without an encoder cannot be run")
    }
    if let stage = stages.first(where: { !($0.mean.isFinite && $0.rms.isFinite) }) {
      throw Failure(
        .differs,
        "the \(stage.branch.rawValue) network gives values that are no finite numbers from "
          + "\(stage.name) on")
    }
    return Verification.Probe(
      engine: engine.name, shape: input.shape, seed: seed, tolerance: tolerance, stages: stages)
  }

  /// Repeats a recorded probe with another engine, and gives the stage that deviates most and by how
  /// much, and the first that deviates by more than the tolerance.
  ///
  /// - Throws: `Failure` where a recorded stage cannot be run.
  public static func check(
    _ probe: Verification.Probe, on checkpoint: Checkpoint, engine: any Engine
  ) throws -> ProbeCheck {
    guard probe.shape.count == 4, probe.shape.allSatisfy({ (1...4096).contains($0) }),
      probe.shape.reduce(1, *) <= 1 << 24
    else {
      throw Failure(
        place: "verification", expected: "a probe of [N, C, H, W]", found: "\(probe.shape)")
    }
    let input = input(shape: probe.shape, seed: probe.seed)
    let mine = try stages(checkpoint, engine: engine, input: input)
    let byName = Dictionary(
      mine.map { ("\($0.branch) \($0.name)", $0) }, uniquingKeysWith: { first, _ in first })
    var check = ProbeCheck(engine: engine.name, stages: probe.stages.count, worst: 0)
    for stage in probe.stages {
      guard let other = byName["\(stage.branch) \(stage.name)"] else {
        throw Failure(
          .differs, place: "verification", "the stage \(stage.branch) \(stage.name) is missing")
      }
      let deviation = stage.deviation(of: other)
      if !(deviation <= check.worst) {
        check.worst = deviation
        check.worstStage = "\(stage.branch.rawValue) \(stage.name)"
      }
      if !(deviation <= probe.tolerance), check.firstDiverging == nil {
        check.firstDiverging = "\(stage.branch.rawValue) \(stage.name)"
      }
    }
    return check
  }

  private static func stages(
    _ checkpoint: Checkpoint, engine: any Engine, input: Activation
  ) throws -> [Verification.Stage] {
    var result: [Verification.Stage] = []
    for branch in Branch.allCases where checkpoint.roles.contains(branch.encoder) {
      let recorder = StageRecorder(branch: branch)
      _ = try engine.run(
        ForwardRequest(branch: branch, input: input, trace: { recorder.add($0, $1) }),
        on: checkpoint)
      result += recorder.stages
    }
    return result
  }
}

/// The outcome of repeating a probe.
public struct ProbeCheck: Sendable, Codable {
  /// The engine that repeated it.
  public var engine: String
  /// The number of stages compared.
  public var stages: Int
  /// The largest deviation, in units of the stage's RMS.
  public var worst: Double
  /// Where it is.
  public var worstStage: String?
  /// The first stage that deviates by more than the tolerance.
  public var firstDiverging: String?
}

extension Branch {
  /// The role of the branch's encoder.
  public var encoder: Role { self == .online ? .onlineEncoder : .targetEncoder }
}

extension Verification.Stage {
  /// The three numbers of an activation; each block and output is a stage, inner layers are not.
  init?(branch: Branch, name: String, activation: Activation) {
    let parts = name.split(separator: "/")
    // A pooled stem, blocks, and the outputs: what any implementation can look at.
    let isBlock = parts.count == 2 && parts[1].hasPrefix("block")
    guard isBlock || name == "stem/pool" || Output(rawValue: name) != nil else { return nil }
    var generator = SplitMix64(seed: Probe.seed)
    var sum = 0.0
    var squares = 0.0
    var dot = 0.0
    for value in activation.values {
      sum += value
      squares += value * value
      dot += value * generator.nextSign()
    }
    let count = Double(max(activation.values.count, 1))
    self.init(
      branch: branch, name: name, mean: sum / count, rms: (squares / count).squareRoot(),
      dot: dot / count.squareRoot())
  }

  /// The largest difference of the three numbers, in units of this stage's RMS.
  func deviation(of other: Verification.Stage) -> Double {
    let largest = max(abs(mean - other.mean), abs(rms - other.rms), abs(dot - other.dot))
    if [mean, rms, dot, other.mean, other.rms, other.dot].contains(where: { !$0.isFinite }) {
      return .infinity
    }
    return rms > 0 ? largest / rms : largest
  }
}

/// Collects the stages of one pass.
private final class StageRecorder: @unchecked Sendable {
  private let branch: Branch
  private(set) var stages: [Verification.Stage] = []

  init(branch: Branch) { self.branch = branch }

  /// Engines trace from the thread that called them, one stage after the other.
  func add(_ name: String, _ activation: Activation) {
    if let stage = Verification.Stage(branch: branch, name: name, activation: activation) {
      stages.append(stage)
    }
  }
}
