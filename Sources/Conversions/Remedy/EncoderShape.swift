import Checkpoints
import Tensors

/// The layers of a ResNet of version 1 as its tensors have them: what a program needs to build it.
struct EncoderShape {
  /// The blocks of a stage.
  struct Stage {
    var blocks: Int
    var inputs: Int
    /// Channels between the convolutions of a block.
    var width: Int
    var outputs: Int
    var stride: Int
    /// Whether the first block's shortcut is a convolution.
    var projects: Bool
  }

  /// Channels of the picture.
  let channels: Int
  /// Channels of the stem.
  let stem: Int
  /// The stages.
  let stages: [Stage]
  /// Whether convolutions have biases.
  let hasBiases: Bool

  /// Whether PyTorch's ResNet of these sizes has the same layers: a projection where shape changes, and
  /// nowhere else; no biases.
  var isUsual: Bool {
    !hasBiases
      && stages.allSatisfy { $0.projects == ($0.stride != 1 || $0.inputs != $0.outputs) }
  }

  /// Reads the layers of a network's encoder.
  ///
  /// - Returns: nil where it is built otherwise: version 2, groups, projections in the middle of a stage.
  init?(of checkpoint: Checkpoint, branch: Branch) {
    let encoder = checkpoint.contract.encoder
    let start = "\(branch.rawValue)/encoder/"
    func shape(_ path: String) -> [Int]? {
      checkpoint[start + path + "/weight"]?.shape
    }
    guard encoder.family == "resnet", encoder.version == 1,
      let first = shape("stem/conv"), first.count == 4,
      encoder.strides.count == encoder.blocks.count
    else { return nil }
    let kernels = encoder.block == .basic ? [3, 3] : [1, 3, 1]
    var stages: [Stage] = []
    var convolutions = ["stem/conv"]
    var inputs = first[0]
    for (number, blocks) in encoder.blocks.enumerated() {
      guard let width = shape("stage\(number)/block0/conv0")?.first,
        let outputs = shape("stage\(number)/block0/conv\(kernels.count - 1)")?.first
      else { return nil }
      let projects = shape("stage\(number)/block0/shortcut/conv") != nil
      for block in 0..<blocks {
        let place = "stage\(number)/block\(block)"
        let into = block == 0 ? inputs : outputs
        let sizes = [into] + Array(repeating: width, count: kernels.count - 1) + [outputs]
        for (layer, kernel) in kernels.enumerated() {
          let name = "\(place)/conv\(layer)"
          guard shape(name) == [sizes[layer + 1], sizes[layer], kernel, kernel] else { return nil }
          convolutions.append(name)
        }
        let side = shape("\(place)/shortcut/conv")
        guard (side != nil) == (projects && block == 0) else { return nil }
        if side != nil {
          guard side == [outputs, into, 1, 1] else { return nil }
          convolutions.append("\(place)/shortcut/conv")
        }
      }
      stages.append(
        Stage(
          blocks: blocks, inputs: inputs, width: width, outputs: outputs,
          stride: encoder.strides[number], projects: projects))
      inputs = outputs
    }
    let biases = convolutions.filter { checkpoint[start + $0 + "/bias"] != nil }.count
    guard biases == 0 || biases == convolutions.count else { return nil }
    channels = first[1]
    stem = first[0]
    self.stages = stages
    hasBiases = biases > 0
  }
}
