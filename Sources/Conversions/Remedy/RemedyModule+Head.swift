import Checkpoints

extension RemedyModule {
  /// Why the module exists, and what happens without it.
  var docstring: String {
    let (size, classes) = (shape.stages.last?.outputs ?? shape.stem, names.others.isEmpty)
    return """
      \"""The encoder of \(plainFile), as its weights were trained: \(contract.name).

      Why this file exists: the weights fit \(title) by name and shape, but were trained otherwise:

      \(reasons.map { "* " + $0 }.joined(separator: "\n"))

      A class without this loads them without complaint and computes something else:
      \(consequence).

          encoder = load()
          embeddings = encoder(pictures)  # [N, \(shape.channels), H, W] -> [N, \(size)]

      Pictures are \(encoderInput).\(classes ? "" : "\nLinear heads of the file are not part of the encoder.")
      \"""
      """
  }

  /// The file's name without what would end a docstring.
  private var plainFile: String {
    String(
      file.unicodeScalars.map { " "..."~" ~= $0 && $0 != "\\" && $0 != "\"" ? Character($0) : "?" })
  }

  private var encoderInput: String {
    let input = contract.input
    func list(_ values: [Double]) -> String {
      values.map { Self.python($0) }.joined(separator: ", ")
    }
    let range = "\(input.channelOrder) from 0 to \(Self.python(input.range))"
    return input.mean.isEmpty
      ? range : range + ", minus (\(list(input.mean))), divided by (\(list(input.std)))"
  }

  var imports: String {
    let loader = format == "safetensors" ? "\nfrom safetensors.torch import load_file" : ""
    return """
      from pathlib import Path

      import torch\(loader)
      from torch import nn
      from torch.nn import functional as F
      """
  }

  var constants: String {
    let prefix = Self.python(names.prefix)
    return """
      FILE = Path(__file__).with_name(\(Self.python(file)))
      PREFIX = \(prefix)  # what stands before the encoder's names
      """
  }

  var samePadding: String {
    """
    def same(x, kernel, stride, value=0.0):
        \"""Pads as TensorFlow's SAME: ceil(n / stride) positions, the odd pixel after the image.\"""
        edges = []
        for n in (x.shape[3], x.shape[2]):
            total = max((-(-n // stride) - 1) * stride + kernel - n, 0)
            edges += [total // 2, total - total // 2]
        return F.pad(x, edges, value=value)
    """
  }

  /// The end: the file's tensors into the encoder, every name of it used.
  var load: String {
    let opened =
      format == "safetensors"
      ? "load_file(path)" : "torch.load(path, map_location=\"cpu\", weights_only=True)"
    let inner = names.containers.map { "[\(Self.python($0))]" }.joined()
    let others = names.others.map { Self.python(names.prefix + $0 + ".") }
    let kept =
      others.isEmpty
      ? "" : "\n        and not name.startswith((\(others.joined(separator: ", ")),))"
    return """
      def load(path=FILE):
          \"""The encoder with the weights of the file, in evaluation mode.\"""
          state = \(opened)\(inner)
          state = {
              name.removeprefix(PREFIX): tensor for name, tensor in state.items()
              if name.startswith(PREFIX)\(kept)
          }
          encoder = Encoder()
          encoder.load_state_dict(state, strict=True)
          return encoder.eval()
      """
  }
}
