import Archives
import Checkpoints
import Tensors

extension GraphBuilder {
  /// The images, and their normalisation where the networks contain it: [N, 3, H, W], float32.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract's means are not one a channel.
  mutating func takeImages(_ size: GraphInputSize) throws -> Value {
    let input = checkpoint.contract.input
    let stem = try checkpoint.tensor(path("stem/conv/weight"))
    guard stem.shape.count == 4 else {
      throw Failure(
        place: path("stem/conv/weight"), expected: "shape [out, in, k, k]",
        found: "\(stem.shape)")
    }
    let channels = stem.shape[1]
    let side = size == .contract ? input.size : nil
    graph.inputs = [
      OnnxValue(
        "images", .float32,
        shape: [
          .symbol("batch"), .fixed(channels), side.map { .fixed($0) } ?? .symbol("height"),
          side.map { .fixed($0) } ?? .symbol("width"),
        ], description: input.sentence)
    ]
    let value = Value(name: "images", channels: channels, size: side)
    guard input.normalised == "network", !input.mean.isEmpty else { return value }
    return try normalise(value, input)
  }

  /// (x - mean) / std, channel by channel.
  private mutating func normalise(_ images: Value, _ input: Contract.Input) throws -> Value {
    for (field, numbers) in [("mean", input.mean), ("std", input.std)]
    where numbers.count != images.channels {
      throw Failure(
        place: "contract.input.\(field)", expected: "\(images.channels) numbers",
        found: "\(numbers.count)")
    }
    func column(_ numbers: [Double]) throws -> Tensor {
      try Tensor(floats: numbers.map { Float($0) }, shape: [1, numbers.count, 1, 1])
    }
    let mean = addConstant("input/mean", try column(input.mean))
    let std = addConstant("input/std", try column(input.std))
    var value = images
    value.name = add("Sub", "input/centred", [images.name, mean])
    value.name = add("Div", "input/normalised", [value.name, std])
    return value
  }
}

extension Contract.Input {
  /// What the first layer of a graph expects to be given, for people.
  var sentence: String {
    let pixels = "channels first, \(channelOrder), pixels from 0 to \(Numbers.short(range))"
    guard !mean.isEmpty else { return pixels }
    if normalised == "network" { return pixels + "; the graph normalises them" }
    return pixels
      + "; then minus [\(mean.map(Numbers.short).joined(separator: ", "))], divided by "
      + "[\(std.map(Numbers.short).joined(separator: ", "))]"
  }
}

extension Numbers {
  /// The shortest text of a number: 255, 0.485.
  fileprivate static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
