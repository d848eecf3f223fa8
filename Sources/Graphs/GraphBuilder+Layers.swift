import Archives
import Checkpoints
import Tensors

extension GraphBuilder {
  /// A convolution with `path/weight` [out, in, k, k] and, where there is one, `path/bias` [out].
  ///
  /// - Throws: `Failure` (`badInput`) where the weight does not fit the input.
  mutating func convolve(
    _ input: Value, _ path: String, as name: String, stride: Int, edges: GraphWindow.Edges,
    kernel: Int? = nil
  ) throws -> Value {
    let weight = try weight(path + "/weight", [nil, input.channels, kernel, kernel])
    let (channels, side) = (weight.tensor.shape[0], weight.tensor.shape[2])
    guard weight.tensor.shape[3] == side else {
      throw Failure(
        place: path + "/weight", expected: "a square kernel", found: "\(weight.tensor.shape)")
    }
    let window = try GraphWindow(
      kernel: side, stride: stride, edges: edges, size: input.size, place: path)
    let bias = try bias(path, channels)
    let output = add("Conv", name, [input.name, weight.name] + bias, window.attributes)
    return Value(name: output, channels: channels, size: window.count)
  }

  /// x W^T + b with `path/weight` [out, in] and, where there is one, `path/bias` [out].
  ///
  /// - Throws: `Failure` (`badInput`) where the weight does not fit the input.
  mutating func linear(_ input: Value, _ path: String, as name: String) throws -> Value {
    let weight = try weight(path + "/weight", [nil, input.channels])
    let channels = weight.tensor.shape[0]
    let bias = try bias(path, channels)
    let output = add(
      "Gemm", name, [input.name, weight.name] + bias, [OnnxNode.Attribute("transB", .integer(1))])
    return Value(name: output, channels: channels)
  }

  /// Batch normalisation with the running statistics (Ioffe & Szegedy 2015).
  ///
  /// - Throws: `Failure` (`badInput`) where a tensor of `path` does not fit the input.
  mutating func normalise(_ input: Value, _ path: String, as name: String) throws -> Value {
    let vectors = try ["scale", "offset", "mean", "variance"].map {
      try weight("\(path)/\($0)", [input.channels]).name
    }
    let eps = Float(checkpoint.contract.batchNorm.eps)
    var value = input
    value.name = add(
      "BatchNormalization", name, [input.name] + vectors,
      [OnnxNode.Attribute("epsilon", .real(eps))])
    return value
  }

  /// max(x, 0).
  mutating func rectify(_ input: Value, as name: String) -> Value {
    var value = input
    value.name = add("Relu", name, [input.name])
    return value
  }

  /// The sum of two values of one shape.
  ///
  /// - Throws: `Failure` (`badInput`) where the shapes differ.
  mutating func sum(_ one: Value, _ other: Value, as name: String) throws -> Value {
    guard one.channels == other.channels, one.size == other.size else {
      throw Failure(
        place: path(name), expected: "a shortcut of \(one.channels) channels and the same size",
        found: "\(other.channels)")
    }
    var value = one
    value.name = add("Add", name, [one.name, other.name])
    return value
  }

  /// The largest value under each 3x3 window of stride 2; ONNX pads with minus infinity.
  ///
  /// - Throws: `Failure` (`usage`) where the image is too small.
  mutating func pool(_ input: Value, as name: String) throws -> Value {
    let window = try GraphWindow(
      kernel: 3, stride: 2, edges: .rule(encoder.poolPadding), size: input.size, place: name)
    let output = add("MaxPool", name, [input.name], window.attributes)
    return Value(name: output, channels: input.channels, size: window.count)
  }

  /// The mean of each channel: [N, C, H, W] -> [N, C].
  mutating func average(_ input: Value, as name: String) -> Value {
    let mean = add("GlobalAveragePool", name + "/mean", [input.name])
    let output = add("Flatten", name, [mean], [OnnxNode.Attribute("axis", .integer(1))])
    return Value(name: output, channels: input.channels)
  }

  private mutating func bias(_ path: String, _ channels: Int) throws -> [String] {
    has(path + "/bias") ? [try weight(path + "/bias", [channels]).name] : []
  }
}
