import Checkpoints
import TestSupport

@testable import Gradients

/// Decisions in which a backend's passes differ from float64's: the side of a ReLU, the largest pixel of a
/// window.
///
/// At each of them the loss has a kink, and the gradients of the two sides differ by more than rounding.
struct Kinks {
  var count = 0
  /// The largest distance, in float64, between the numbers that were decided upon.
  var widest = 0.0

  /// Those of the online network in a recorded step.
  init<Arithmetic: Backend>(_ oracle: Oracle, _ step: Int, on backend: Arithmetic) throws {
    let checkpoint = try oracle.checkpoint(before: step)
    for number in 1...2 {
      let view = try oracle.view(number, of: step)
      let pictures = Batch(shape: view.shape, exact: view.values)
      let mine = try Decisions(checkpoint, pictures, on: backend)
      let exact = try Decisions(checkpoint, pictures, on: BLASBackend<Double>())
      precondition(mine.rectified.count == exact.rectified.count, "passes of different networks")
      for (left, right) in zip(mine.rectified, exact.rectified) where (left > 0) != (right > 0) {
        note(abs(left - right))
      }
      for window in exact.windows {
        let (chosen, best) = (mine.largest(of: window), exact.largest(of: window))
        if chosen != best { note(exact.pooled[best] - exact.pooled[chosen]) }
      }
    }
  }

  private mutating func note(_ distance: Double) {
    count += 1
    widest = max(widest, distance)
  }
}

/// The numbers of a pass on which its kinks depend.
private struct Decisions {
  /// Behind every ReLU.
  var rectified: [Double] = []
  /// What the max-pooling sees.
  var pooled: [Double] = []
  /// The positions in `pooled` under each of its windows.
  var windows: [[Int]] = []

  init<Arithmetic: Backend>(
    _ checkpoint: Checkpoint, _ pictures: Batch, on backend: Arithmetic
  ) throws {
    let network = try Network(.online, of: checkpoint, on: backend, isTrained: false)
    var last: (shape: [Int], numbers: [Double]) = ([], [])
    var seen = Decisions()
    network.observe = { path, value in
      if path.hasSuffix("/stem/pool") {
        let window = try Window(
          over: Array(last.shape[2...]), kernel: 3, stride: 2,
          edges: .rule(checkpoint.contract.encoder.poolPadding), place: path)
        seen.pooled = last.numbers
        seen.windows = Self.positions(window, over: last.shape)
      }
      let numbers = try backend.numbers(of: value).map { Double($0) }
      let leaf = path.split(separator: "/").last ?? ""
      // A batch norm without a ReLU has numbers of both signs, and no kink.
      if leaf.hasPrefix("bn") || leaf.hasPrefix("block"), numbers.allSatisfy({ !($0 < 0) }) {
        seen.rectified += numbers
      }
      last = (backend.shape(of: value), numbers)
    }
    _ = try network.run(pictures, until: .prediction, isTraining: true, records: false)
    self = seen
  }

  private init() {}

  /// The first of the largest numbers of a window.
  func largest(of window: [Int]) -> Int {
    window.reduce(window[0]) { pooled[$1] > pooled[$0] ? $1 : $0 }
  }

  /// The positions under each window over pictures [N, C, H, W].
  private static func positions(_ window: Window, over shape: [Int]) -> [[Int]] {
    let (height, width) = (shape[2], shape[3])
    return (0..<shape[0] * shape[1]).flatMap { plane in
      (0..<window.count[0] * window.count[1]).map { position in
        let (y, x) = (position / window.count[1], position % window.count[1])
        let top = y * window.stride[0] - window.before[0]
        let left = x * window.stride[1] - window.before[1]
        return (max(0, top)..<min(height, top + 3)).flatMap { line in
          (max(0, left)..<min(width, left + 3)).map { (plane * height + line) * width + $0 }
        }
      }
    }
  }
}
