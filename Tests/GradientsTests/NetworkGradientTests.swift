import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// Gradients of whole networks against finite differences in float64, along a direction of each
/// parameter.
@Suite struct NetworkGradientTests {
  static let designs: [NetworkDesign] = [
    NetworkDesign(depth: 18, stem: .cifar), NetworkDesign(depth: 50, stem: .imageNet),
    NetworkDesign(depth: 18, version: 2, stem: .imageNet),
    NetworkDesign(depth: 50, version: 2, stem: .cifar),
    NetworkDesign(depth: 34, stem: .imageNet, conventions: .torch),
    NetworkDesign(depth: 50, stem: .cifar, conventions: .torch),
  ]

  @Test(arguments: designs)
  func `every parameter's gradient`(design: NetworkDesign) throws {
    try check(design.tiny(), until: .prediction, isTraining: true)
  }

  @Test(arguments: [NetworkOutput.embedding, .projection])
  func `gradients that enter earlier`(output: NetworkOutput) throws {
    try check(Self.designs[0].tiny(), until: output, isTraining: true)
  }

  @Test(arguments: [designs[0], designs[2]])
  func `with batch norm as in evaluation`(design: NetworkDesign) throws {
    let checkpoint = try design.tiny()
    let network = try Network(
      .online, of: checkpoint, on: BLASBackend<Double>(), isTrained: false)
    // Haiku's averages begin at 0: let them see a batch.
    _ = try network.run(
      Random.pictures([4, 3, 16, 16], seed: 9), until: .prediction, isTraining: true,
      records: false)
    let seen = Checkpoint(entries: try network.entries(), contract: checkpoint.contract)
    try check(seen, until: .prediction, isTraining: false)
  }

  @Test(arguments: ["sem", "simsiam"])
  func `heads of byol-pytorch`(name: String) throws {
    try check(ProjectorFixture.checkpoint(name), until: .prediction, isTraining: true)
  }

  /// Compares sum(gradient * direction) with the loss's slope along it.
  private func check(
    _ checkpoint: Checkpoint, until output: NetworkOutput, isTraining: Bool
  ) throws {
    let network = try Network(
      .online, of: checkpoint, on: BLASBackend<Double>(threads: 2), isTrained: true)
    let pictures = Random.pictures([4, 3, 14, 15], seed: 2)
    let pass = try network.run(pictures, until: output, isTraining: isTraining, records: true)
    var rows = try #require(pass.outputs[output])
    let slopes = Random.numbers(rows.values.count, seed: 3)
    rows.values = slopes
    try pass.pull(rows)
    func loss() throws -> Double {
      let pass = try network.run(pictures, until: output, isTraining: isTraining, records: false)
      let values = try #require(pass.outputs[output]).values
      return zip(values, slopes).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var passed = 0
    for parameter in network.parameters where !parameter.path.contains("/heads/") {
      let before = Array(parameter.values)
      let direction = Random.numbers(parameter.count, seed: UInt64(passed + 10))
      let slope = zip(parameter.gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      func move(_ distance: Double) {
        for index in before.indices {
          parameter.values[index] = before[index] + distance * direction[index]
        }
      }
      func difference(_ step: Double) throws -> Double {
        move(step)
        let above = try loss()
        move(-step)
        let below = try loss()
        move(0)
        return (above - below) / (2 * step)
      }
      func agrees(_ expected: Double) -> Bool {
        abs(slope - expected) < 1e-5 * max(1, abs(expected))
      }
      // A ReLU or maximum may change sides within a step; then a smaller one tells.
      var expected = try difference(1e-6)
      for step in [1e-7, 1e-8] where !agrees(expected) { expected = try difference(step) }
      #expect(agrees(expected), "\(parameter.path): \(slope), by differences \(expected)")
      passed += 1
    }
    #expect(passed > 10)
  }
}
