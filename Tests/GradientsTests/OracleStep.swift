import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// One recorded step, repeated up to the gradients: targets of both views, then each online view forwards
/// and backwards.
struct OracleStep<Arithmetic: Backend> {
  typealias Scalar = Arithmetic.Scalar

  let oracle: Oracle
  let step: Int
  let online: Network<Arithmetic>
  let target: Network<Arithmetic>

  init(_ oracle: Oracle, _ step: Int, on backend: Arithmetic) throws {
    self.oracle = oracle
    self.step = step
    let checkpoint = try oracle.checkpoint(before: step)
    online = try Network(.online, of: checkpoint, on: backend, isTrained: true)
    target = try Network(.target, of: checkpoint, on: backend, isTrained: false)
  }

  /// The largest difference of each kind of recorded quantity, and whose it is.
  func differences() throws -> [String: Difference] {
    var worst: [String: Difference] = [:]
    func note(_ kind: String, _ name: String, _ mine: [Double], _ theirs: Tensor?) throws {
      guard let theirs = try theirs?.doubles() else { return }
      let difference = Difference(of: name, mine, theirs)
      worst[kind] = max(worst[kind] ?? difference, difference)
    }
    let views = try [1, 2].map { number -> Batch in
      let view = try oracle.view(number, of: step)
      return Batch(shape: view.shape, exact: view.values)
    }
    let targets = try views.enumerated().map { index, view in
      let pass = try target.run(view, until: target.lastOutput, isTraining: true, records: false)
      for (output, rows) in pass.outputs {
        try note(
          "target", "\(output)", rows.values.map { Double($0) },
          oracle.output("\(output)", of: .target, view: index + 1, step: step))
      }
      return try #require(pass.outputs[.projection])
    }
    for (index, view) in views.enumerated() {
      let pass = try online.run(view, until: .prediction, isTraining: true, records: true)
      for (output, rows) in pass.outputs {
        try note(
          "online", "\(output)", rows.values.map { Double($0) },
          oracle.output("\(output)", of: .online, view: index + 1, step: step))
      }
      try pass.pull(Self.gradient(try #require(pass.outputs[.prediction]), targets[1 - index]))
    }
    for (path, gradient) in try oracle.gradients(step) where !path.contains("/heads/") {
      let mine = try #require(online[path]).gradient.map { Double($0) }
      if isBeforeNorm(path) {
        // Exactly 0; what is recorded is rounding.
        #expect(mine.allSatisfy { abs($0) < 2e-6 }, "\(path)")
        continue
      }
      try note("gradients", path, mine, gradient)
    }
    let after = try oracle.checkpoint(after: step)
    for entry in try online.statistics.entries() + target.statistics.entries() {
      try note("statistics", entry.path, try entry.tensor.doubles(), try after.tensor(entry.path))
    }
    return worst
  }

  /// A bias that a batch norm takes away again: its gradient is exactly 0.
  ///
  /// The projector's last one goes through the predictor's first layer into a batch norm.
  func isBeforeNorm(_ path: String) -> Bool {
    ["projector/linear0/bias", "projector/linear1/bias", "predictor/linear0/bias"]
      .contains { path == "online/" + $0 }
  }

  /// The gradient of mean(2 - 2 <q, z>) with respect to q, q and z of unit length.
  static func gradient(_ prediction: Rows<Scalar>, _ target: Rows<Scalar>) -> Rows<Scalar> {
    var result = prediction
    let width = prediction.width
    for row in 0..<prediction.count {
      let range = row * width..<(row + 1) * width
      let (q, z) = (
        prediction.values[range].map { Double($0) }, target.values[range].map { Double($0) }
      )
      let (a, b) = (
        q.reduce(0) { $0 + $1 * $1 }.squareRoot(), z.reduce(0) { $0 + $1 * $1 }.squareRoot()
      )
      let cosine = zip(q, z).reduce(0) { $0 + $1.0 * $1.1 } / (a * b)
      for index in 0..<width {
        let slope = -2 / Double(prediction.count) * (z[index] / b - cosine * q[index] / a) / a
        result.values[row * width + index] = Scalar(slope)
      }
    }
    return result
  }
}
