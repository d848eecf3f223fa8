import Checkpoints
import Tensors
import Testing

@testable import Networks

/// A kernel over a picture at one edge rule.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var height: Int
  var width: Int
  var kernel: Int
  var stride: Int
  var edges: BLASWindow.Edges
  /// Expected: rows above, columns before, height, width of the result.
  var top: Int
  var left: Int
  var outHeight: Int
  var outWidth: Int

  var testDescription: String {
    "\(kernel)x\(kernel)/\(stride) on \(height)x\(width), \(edges)"
  }

  /// The paddings that TensorFlow and PyTorch are known to take.
  static let all: [ConvolutionCase] = [
    .init(8, 8, 3, 2, .rule(.same), 0, 0, 4, 4),
    .init(7, 8, 3, 2, .rule(.same), 1, 0, 4, 4),
    .init(8, 7, 3, 1, .rule(.same), 1, 1, 8, 7),
    .init(14, 15, 7, 2, .rule(.same), 2, 3, 7, 8),
    .init(2, 1, 3, 2, .rule(.same), 0, 1, 1, 1),
    .init(5, 6, 1, 2, .rule(.same), 0, 0, 3, 3),
    .init(5, 6, 1, 1, .rule(.same), 0, 0, 5, 6),
    .init(8, 8, 3, 2, .rule(.symmetric), 1, 1, 4, 4),
    .init(7, 9, 3, 2, .rule(.symmetric), 1, 1, 4, 5),
    .init(14, 15, 7, 2, .rule(.symmetric), 3, 3, 7, 8),
    .init(5, 6, 1, 2, .rule(.symmetric), 0, 0, 3, 3),
    .init(6, 5, 3, 1, .pixels(2), 2, 2, 8, 7),
    .init(6, 5, 3, 1, .pixels(0), 0, 0, 4, 3),
  ]

  private init(
    _ height: Int, _ width: Int, _ kernel: Int, _ stride: Int, _ edges: BLASWindow.Edges,
    _ top: Int, _ left: Int, _ outHeight: Int, _ outWidth: Int
  ) {
    self.height = height
    self.width = width
    self.kernel = kernel
    self.stride = stride
    self.edges = edges
    self.top = top
    self.left = left
    self.outHeight = outHeight
    self.outWidth = outWidth
  }
}

@Suite("OpenBLAS layers")
struct BLASLayerTests {
  /// A pass over a checkpoint that holds only the given tensors.
  private func pass<Number: BLASNumber>(
    _ tensors: [(String, [Double], [Int])], as _: Number.Type = Double.self,
    isTraining: Bool = false, change: (inout Contract) -> Void = { _ in }
  ) throws -> BLASPass<Number> {
    var contract = Contract.tiny()
    change(&contract)
    let entries = try tensors.map {
      Checkpoint.Entry($0.0, try Tensor(doubles: $0.1, shape: $0.2))
    }
    let input = Activation(shape: [1], values: [0])
    return BLASPass<Number>(
      ForwardRequest(input: input, isTraining: isTraining),
      on: Checkpoint(entries: entries, contract: contract))
  }

  @Test("a convolution equals its definition", arguments: ConvolutionCase.all)
  func convolution(_ it: ConvolutionCase) throws {
    var random = Random(7)
    let (from, to, batch) = (3, 5, 2)
    let weight = random.numbers(to * from * it.kernel * it.kernel)
    let bias = random.numbers(to)
    let pixels = random.numbers(batch * from * it.height * it.width)
    let kernel = stride(from: 0, to: weight.count, by: weight.count / to).map {
      nested(Array(weight[$0..<$0 + weight.count / to]), it.kernel, it.kernel)
    }
    let expected = stride(from: 0, to: pixels.count, by: pixels.count / batch).flatMap { start in
      let picture = Array(pixels[start..<start + pixels.count / batch])
      return NaivePicture(pixels: nested(picture, it.height, it.width)).convolved(
        kernel, stride: it.stride, top: it.top, left: it.left, height: it.outHeight,
        width: it.outWidth
      ).mapped { $1 + bias[$0] }.pixels.joined().joined()
    }
    let shape = [to, from, it.kernel, it.kernel]
    let input = Activation(shape: [batch, from, it.height, it.width], values: pixels)
    let tensors = [("c/weight", weight, shape), ("c/bias", bias, [to])]

    let exact = try pass(tensors, as: Double.self).convolve(
      BLASArray(input), "c", stride: it.stride, edges: it.edges)
    #expect(exact.shape == [batch, to, it.outHeight, it.outWidth])
    #expect(relativeError(exact.values, expected) < 1e-14)
    let single = try pass(tensors, as: Float.self).convolve(
      BLASArray(input), "c", stride: it.stride, edges: it.edges)
    #expect(relativeError(single.activation.values, expected) < 1e-6)
  }

  @Test("bands of patches and blocks of weights change nothing")
  func bands() throws {
    var random = Random(3)
    let down = try BLASWindow(
      length: 9, kernel: 3, stride: 2, edges: .rule(.same), place: "test")
    let picture = random.numbers(2 * 9 * 9)
    var whole = BLASColumns<Double>(channels: 2, down: down, across: down, byteCount: 1 << 20)
    var small = BLASColumns<Double>(channels: 2, down: down, across: down, byteCount: 1)
    #expect(whole.bands == [0..<5])
    #expect(small.bands == [0..<1, 1..<2, 2..<3, 3..<4, 4..<5])
    whole.fill(0..<5, from: picture)
    for band in small.bands {
      small.fill(band, from: picture)
      for patch in 0..<18 {
        let mine = small.values[patch * 5..<(patch + 1) * 5]
        let start = patch * 25 + band.lowerBound * 5
        #expect(Array(mine) == Array(whole.values[start..<start + 5]))
      }
    }

    let (inputs, outputs) = (70_000, 64)
    let weight = random.numbers(inputs * outputs)
    let row = random.numbers(inputs)
    let many = try pass([("l/weight", weight, [outputs, inputs])], as: Double.self)
    var blocks = 0
    try many.forEachBlock(of: many.checkpoint.tensor("l/weight")) { _, _ in blocks += 1 }
    let rows = blockByteCount / (inputs * MemoryLayout<Double>.stride)
    #expect(blocks == (outputs + rows - 1) / rows && blocks > 2)
    var input = BLASArray<Double>(zeros: [1, inputs])
    input.values = row
    let expected = (0..<outputs).map { output in
      zip(row, weight[output * inputs..<(output + 1) * inputs]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(relativeError(try many.linear(input, "l").values, expected) < 1e-13)
  }

  @Test("max-pooling equals its definition, negative pictures and NaN included")
  func pooling() throws {
    var random = Random(9)
    for (height, width, edges, top, left) in [
      (8, 8, Contract.Padding.same, 0, 0), (7, 6, .same, 1, 0), (8, 7, .symmetric, 1, 1),
      (1, 1, .same, 1, 1),
    ] {
      let pixels = random.numbers(2 * height * width, in: -3 ... -1)
      var input = BLASArray<Double>(zeros: [1, 2, height, width])
      input.values = pixels
      let result = try input.maxPooled(edges: .rule(edges), place: "test")
      let expected = NaivePicture(pixels: nested(pixels, height, width)).pooled(
        top: top, left: left, height: (height + 1) / 2, width: (width + 1) / 2)
      #expect(result.values == Array(expected.pixels.joined().joined()))
    }
    var broken = BLASArray<Float>(zeros: [1, 1, 3, 3])
    broken.values[4] = .nan
    #expect(try broken.maxPooled(edges: .rule(.symmetric), place: "").values[0].isNaN)
    broken.rectify()
    #expect(broken.values[4].isNaN)
  }

  @Test("a batch's moments are removed in training mode, the running ones in inference")
  func normalisation() throws {
    let tensors: [(String, [Double], [Int])] = [
      ("b/scale", [2, 3], [2]), ("b/offset", [0.5, -1], [2]), ("b/mean", [1, 2], [2]),
      ("b/variance", [4, 9], [2]),
    ]
    var input = BLASArray<Double>(zeros: [2, 2, 1, 1])
    input.values = [3, 5, 5, 9]
    var array = input
    var inference = try pass(tensors, as: Double.self) { $0.batchNorm.eps = 0 }
    try inference.normalise(&array, "b")
    #expect(array.values == [2.5, 2, 4.5, 6])
    #expect(inference.statistics.isEmpty)

    array = input
    var training = try pass(tensors, as: Double.self, isTraining: true) { $0.batchNorm.eps = 0 }
    try training.normalise(&array, "b")
    #expect(array.values == [-1.5, -4, 2.5, 2])
    #expect(relativeError(training.statistics["b/mean"] ?? [], [1.3, 2.5]) < 1e-15)
    #expect(relativeError(training.statistics["b/variance"] ?? [], [3.7, 8.5]) < 1e-15)

    var unbiased = try pass(tensors, as: Double.self, isTraining: true) {
      $0.batchNorm.runningVariance = .unbiased
    }
    try unbiased.normalise(&array, "b")
    #expect(relativeError(unbiased.statistics["b/mean"] ?? [], [0.9 + 0.05, 1.8 - 0.1]) < 1e-15)
    // The normalised batch is (-1.5, 2.5) and (-4, 2): unbiased variances 8 and 18.
    #expect(relativeError(unbiased.statistics["b/variance"] ?? [], [4.4, 9.9]) < 1e-15)
  }

  @Test("Haiku's averages are corrected for their start at zero")
  func zeroDebias() throws {
    let path = "training/bn/b/"
    let counter = try Tensor(.int32, shape: [], bytes: [3, 0, 0, 0])
    var entries = try [
      ("b/scale", [1.0]), ("b/offset", [0]), ("b/mean", [9]), ("b/variance", [9]),
      (path + "mean_hidden", [0.271]), (path + "variance_hidden", [0.542]),
    ].map { Checkpoint.Entry($0.0, try Tensor(doubles: $0.1, shape: [1])) }
    entries.append(.init(path + "mean_counter", counter))
    entries.append(.init(path + "variance_counter", counter))
    var pass = BLASPass<Double>(
      ForwardRequest(input: Activation(shape: [1], values: [0]), isTraining: true),
      on: Checkpoint(entries: entries, contract: .tiny()))
    var array = BLASArray<Double>(zeros: [2, 1])
    array.values = [0, 4]
    try pass.normalise(&array, "b")
    let hidden = (0.9 * 0.271 + 0.1 * 2, 0.9 * 0.542 + 0.1 * 4)
    let correction = 1 - 0.9 * 0.9 * 0.9 * 0.9
    #expect(pass.statistics[path + "mean_counter"] == [4])
    #expect(pass.statistics[path + "variance_counter"] == [4])
    for (name, value) in [
      (path + "mean_hidden", hidden.0), (path + "variance_hidden", hidden.1),
      ("b/mean", hidden.0 / correction), ("b/variance", hidden.1 / correction),
    ] {
      #expect(relativeError(pass.statistics[name] ?? [], [value]) < 1e-15, "\(name)")
    }
  }
}
