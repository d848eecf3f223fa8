import Archives
import Foundation
import Tensors
import TestSupport

/// The trees of DeepMind's networks: names and shapes, without values.
enum ShapesOnly {
  /// Every parameter of `trees/NAME.tsv` under a name such as `params/res_net50/~/initial_conv/w`, in
  /// the file's order.
  static func archive(_ name: String) throws -> Archive {
    let text = try String(
      contentsOfFile: Shared.path("fixtures/deepmind/trees/\(name).tsv"), encoding: .utf8)
    var entries: [(String, Node)] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields.count == 5, fields[0] == "params" else { continue }
      let shape = fields[3].split { !$0.isNumber }.compactMap { Int($0) }
      entries.append(
        (
          fields[0...2].joined(separator: "/"),
          .tensor(try tensor(shape, isScale: fields[2] == "scale"))
        ))
    }
    return Archive(.dict(entries), format: "npz")
  }

  /// A tensor of any shape over one number: 1 for scales, 0 for the rest.
  static func tensor(_ shape: [Int], isScale: Bool = false) throws -> Tensor {
    try Tensor(
      .float32, shape: shape, strides: shape.map { _ in 0 },
      source: HeapBytes(isScale ? [0, 0, 0x80, 0x3F] : [0, 0, 0, 0]))
  }

  /// The native name of a DeepMind name.
  static func native(_ name: String) -> String {
    var parts = name.split(separator: "/").map(String.init).filter { $0 != "~" }
    parts.removeFirst()
    if parts[0].hasPrefix("res_net") { parts[0] = "encoder" }
    let leaf =
      ["w": "weight", "b": "bias"][parts.removeLast()] ?? "\(name.split(separator: "/").last ?? "")"
    parts = parts.flatMap { part -> [String] in
      switch part {
      case "initial_conv": return ["stem", "conv"]
      case "initial_batchnorm": return ["stem", "bn"]
      case "final_batchnorm": return ["final", "bn"]
      case "shortcut_conv": return ["shortcut", "conv"]
      case "shortcut_batchnorm": return ["shortcut", "bn"]
      case "classifier": return ["heads", "classifier"]
      case "linear": return ["linear0"]
      case "linear_1": return ["linear1"]
      case "batch_norm": return ["bn0"]
      default:
        return [
          part.replacing("block_group_", with: "stage").replacing("block_", with: "block")
            .replacing("conv_", with: "conv").replacing("batchnorm_", with: "bn")
        ]
      }
    }
    return (["online"] + parts + [leaf]).joined(separator: "/")
  }
}
