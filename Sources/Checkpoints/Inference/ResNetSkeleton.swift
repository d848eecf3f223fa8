/// The stages of one ResNet, found from nothing but the shapes of its convolutions.
///
/// A residual network is a chain: every block takes what the one before it gives. The shapes are put
/// back together like the pieces of a puzzle (He et al. 2016, table 1), whatever order they are in.
struct ResNetSkeleton: Hashable {
  /// A stage: blocks of one shape.
  struct Stage: Hashable {
    /// Channels that come in.
    var inputs: Int
    /// Channels inside of a bottleneck; of a basic block the same as `channels`.
    var width: Int
    /// Channels that go out.
    var channels: Int
    var blocks: Int
    /// Whether the first block's shortcut has a convolution.
    var hasShortcut: Bool
  }

  var stem: KernelOrder.Kernel
  var isBottleneck: Bool
  var stages: [Stage]

  /// A convolution's place in a block.
  enum Part: Hashable, Comparable {
    case conv(Int)
    case shortcut
  }

  /// The parts of a block: `conv0`, `conv1` ..., and the first one's shortcut.
  var parts: [Part] { (0..<(isBottleneck ? 3 : 2)).map { .conv($0) } }

  /// The features of an embedding.
  var features: Int { stages.last?.channels ?? stem.outputs }

  /// The convolution at a place; nil where the block has none there.
  func kernel(_ stage: Stage, block: Int, _ part: Part) -> KernelOrder.Kernel? {
    let inputs = block == 0 ? stage.inputs : stage.channels
    switch part {
    case .shortcut:
      guard block == 0, stage.hasShortcut else { return nil }
      return KernelOrder.Kernel(outputs: stage.channels, inputs: inputs, side: 1)
    case .conv(let number):
      if !isBottleneck {
        return KernelOrder.Kernel(
          outputs: stage.channels, inputs: number == 0 ? inputs : stage.channels, side: 3)
      }
      switch number {
      case 0: return KernelOrder.Kernel(outputs: stage.width, inputs: inputs, side: 1)
      case 1: return KernelOrder.Kernel(outputs: stage.width, inputs: stage.width, side: 3)
      default: return KernelOrder.Kernel(outputs: stage.channels, inputs: stage.width, side: 1)
      }
    }
  }

  /// More skeletons than these are not looked for.
  static let mostFound = 8

  /// Every skeleton whose convolutions are exactly these: nearly always one.
  ///
  /// A projection that changes no channels may stand in the first stage or begin the second; the order
  /// of a file tells.
  static func all(of kernels: [KernelOrder.Kernel]) -> [ResNetSkeleton] {
    let outputs = Set(kernels.map(\.outputs))
    let stems = kernels.filter { !outputs.contains($0.inputs) }
    guard stems.count == 1, let stem = stems.first, stem.side > 1, kernels.count <= 1000 else {
      return []
    }
    var counts: [KernelOrder.Kernel: Int] = [:]
    for kernel in kernels where kernel != stem { counts[kernel, default: 0] += 1 }
    var found: [ResNetSkeleton] = []
    for isBottleneck in [true, false] {
      let start = ResNetSkeleton(stem: stem, isBottleneck: isBottleneck, stages: [])
      var steps = 20_000
      start.extend(stem.outputs, counts, &found, &steps)
    }
    return found
  }

  /// Adds stages until no convolution is left.
  private func extend(
    _ inputs: Int, _ counts: [KernelOrder.Kernel: Int], _ found: inout [ResNetSkeleton],
    _ steps: inout Int
  ) {
    steps -= 1
    guard found.count < Self.mostFound, steps > 0, stages.count < 8 else { return }
    guard !counts.isEmpty else {
      if !stages.isEmpty { found.append(self) }
      return
    }
    for stage in candidates(inputs, counts) {
      for blocks in stride(from: stage.blocks, through: 1, by: -1) {
        var stage = stage
        stage.blocks = blocks
        guard let rest = taking(stage, from: counts) else { continue }
        var longer = self
        longer.stages.append(stage)
        longer.extend(stage.channels, rest, &found, &steps)
      }
    }
  }

  /// Stages that could come next, each with the most blocks it could have.
  private func candidates(
    _ inputs: Int, _ counts: [KernelOrder.Kernel: Int]
  ) -> [Stage] {
    let side = isBottleneck ? 1 : 3
    var result: [Stage] = []
    for first in counts.keys where first.inputs == inputs && first.side == side {
      let width = first.outputs
      let ends =
        isBottleneck
        ? counts.keys.filter { $0.inputs == width && $0.side == 1 }.map(\.outputs) : [width]
      let most = counts[KernelOrder.Kernel(outputs: width, inputs: width, side: 3)] ?? 0
      for channels in Set(ends) {
        // Without a projection only the first stage can begin: any other halves the picture.
        for hasShortcut in [true, false]
        where hasShortcut || (channels == inputs && stages.isEmpty) {
          result.append(
            Stage(
              inputs: inputs, width: width, channels: channels, blocks: max(1, most),
              hasShortcut: hasShortcut))
        }
      }
    }
    return result.sorted {
      ($0.width, $0.channels, $0.hasShortcut ? 0 : 1) < (
        $1.width, $1.channels, $1.hasShortcut ? 0 : 1
      )
    }
  }

  /// What is left without the convolutions of a stage, or nil where some are missing.
  private func taking(
    _ stage: Stage, from counts: [KernelOrder.Kernel: Int]
  ) -> [KernelOrder.Kernel: Int]? {
    var rest = counts
    func take(_ kernel: KernelOrder.Kernel?, _ times: Int) -> Bool {
      guard let kernel, times > 0 else { return true }
      guard let left = rest[kernel], left >= times else { return false }
      rest[kernel] = left == times ? nil : left - times
      return true
    }
    for part in parts + [.shortcut] {
      guard take(kernel(stage, block: 0, part), 1),
        take(kernel(stage, block: 1, part), stage.blocks - 1)
      else { return nil }
    }
    return rest
  }
}
