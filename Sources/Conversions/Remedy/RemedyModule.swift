import Checkpoints

/// `OUT.model.py`: a PyTorch module that computes what the weights in OUT were trained to.
///
/// Names and shapes of a checkpoint say nothing of padding: a program's own class loads the weights of
/// another without complaint, and computes another function. The module has the names of the file's
/// encoder, and nothing in it that this network does not need.
struct RemedyModule {
  /// The file beside which the module lies.
  var file: String
  /// The file's format: `torch` or `safetensors`.
  var format: String
  /// What people call the dialect's program.
  var title: String
  var contract: Contract
  var shape: EncoderShape
  var names: EncoderNames
  /// What differs from the program's own class, a sentence each.
  var reasons: [String]
  var consequence: String

  /// The path of the module of the file at `path`.
  static func path(of path: String) -> String { path + ".model.py" }

  var encoder: Contract.Encoder { contract.encoder }
  var isSame: Bool { encoder.padding == .same }
  var isBottleneck: Bool { encoder.block == .bottleneck }
  var isSequential: Bool { names.layout == .children }
  /// Whether convolutions or the pooling are padded as TensorFlow does.
  var needsSame: Bool {
    isSame || (encoder.stem.pool && encoder.poolPadding == .same)
  }

  /// The program.
  var text: String {
    let head = [docstring, imports, constants].joined(separator: "\n\n")
    let parts = [
      head, needsSame ? samePadding : nil, layers, block, stage, isSequential ? parts : nil,
      encoderClass, load,
    ]
    return parts.compactMap { $0 }.joined(separator: "\n\n\n") + "\n"
  }

  /// A number as Python writes it.
  static func python(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  /// `True` or `False`.
  static func python(_ value: Bool) -> String { value ? "True" : "False" }

  /// A text as Python writes it, whatever the user called the file.
  static func python(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case " "..."~": result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
