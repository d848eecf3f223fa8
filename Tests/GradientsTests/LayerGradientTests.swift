import Checkpoints
import Tensors
import Testing

@testable import Gradients

/// Every layer's gradients against finite differences in float64, in the shapes that go wrong.
@Suite struct LayerGradientTests {
  /// A convolution, and the picture that it sees.
  struct Case: Sendable {
    var shape: [Int]
    var outputs: Int
    var kernel: Int
    var stride: Int
    var edges: Window.Edges
    var hasBias = false

    static let all: [Case] = [
      // 1x1: the pictures are the patches; with a stride they are not.
      Case(shape: [3, 2, 4, 5], outputs: 3, kernel: 1, stride: 1, edges: .rule(.same)),
      Case(shape: [2, 3, 5, 4], outputs: 2, kernel: 1, stride: 2, edges: .rule(.same)),
      // SAME pads an even picture on one side only.
      Case(shape: [2, 2, 6, 8], outputs: 2, kernel: 3, stride: 2, edges: .rule(.same)),
      Case(shape: [1, 2, 5, 7], outputs: 2, kernel: 3, stride: 1, edges: .rule(.symmetric)),
      Case(
        shape: [5, 1, 4, 4], outputs: 2, kernel: 3, stride: 2, edges: .rule(.symmetric),
        hasBias: true),
      // The stem; a window larger than the picture.
      Case(shape: [2, 3, 9, 8], outputs: 2, kernel: 7, stride: 2, edges: .rule(.same)),
      Case(shape: [2, 1, 3, 3], outputs: 2, kernel: 7, stride: 1, edges: .rule(.symmetric)),
      // Padding by a number of pixels, and a stride that leaves some out.
      Case(shape: [2, 2, 5, 5], outputs: 1, kernel: 3, stride: 1, edges: .pixels(2)),
      Case(shape: [2, 2, 6, 6], outputs: 1, kernel: 2, stride: 4, edges: .pixels(0)),
    ]
  }

  @Test(arguments: Case.all) func `convolution`(a: Case) throws {
    var check = FiniteDifferences(shape: a.shape)
    let weight = check.parameter("weight", [a.outputs, a.shape[1], a.kernel, a.kernel])
    let bias = a.hasBias ? check.parameter("bias", [a.outputs]) : nil
    let window = try Window(
      over: Array(a.shape[2...]), kernel: a.kernel, stride: a.stride, edges: a.edges, place: "test")
    try check.check([weight] + (bias.map { [$0] } ?? [])) {
      try $0.convolve($1, weight, bias: bias, window, needsInput: true)
    }
  }

  @Test(arguments: [[4, 3, 2, 2], [6, 5], [2, 1, 1, 1]], [true, false])
  func `batch norm with the batch's moments`(shape: [Int], rectifies: Bool) throws {
    var check = FiniteDifferences(shape: shape, seed: 4)
    let (scale, offset) = (
      check.parameter("scale", [shape[1]]), check.parameter("offset", [shape[1]])
    )
    let norm = Norm(scale: scale, offset: offset, eps: 1e-3)
    try check.check([scale, offset]) {
      let (output, _, pullback) = try $0.normalise($1, norm, rectifies: rectifies)
      return (output, pullback)
    }
  }

  @Test func `batch norm without scale and offset`() throws {
    var check = FiniteDifferences(shape: [5, 4])
    try check.check([]) {
      let (output, _, pullback) = try $0.normalise(
        $1, Norm(scale: nil, offset: nil, eps: 1e-5), rectifies: false)
      return (output, pullback)
    }
  }

  @Test(arguments: [true, false])
  func `batch norm with given moments`(rectifies: Bool) throws {
    var check = FiniteDifferences(shape: [3, 2, 2, 3])
    let (scale, offset) = (check.parameter("scale", [2]), check.parameter("offset", [2]))
    let norm = Norm(scale: scale, offset: offset, eps: 1e-5)
    let moments = Moments(mean: [0.25, -0.5], variance: [2, 0.125], count: 0)
    try check.check([scale, offset]) {
      try $0.normalise($1, norm, by: moments, rectifies: rectifies)
    }
  }

  @Test func `ReLU`() throws {
    var check = FiniteDifferences(shape: [3, 2, 2, 2])
    try check.check([]) { try $0.rectify($1) }
  }

  @Test(arguments: [true, false]) func `sum of two`(rectifies: Bool) throws {
    var check = FiniteDifferences(shape: [2, 3, 2, 2])
    let other = check.numbers(24)
    try check.check([]) {
      try $0.add($1, $0.value(other, shape: [2, 3, 2, 2]), rectifies: rectifies)
    }
    // The same gradient is the right one's.
    try check.check([]) {
      try $0.add($0.value(other, shape: [2, 3, 2, 2]), $1, rectifies: rectifies)
    }
  }

  @Test(arguments: [Contract.Padding.same, .symmetric], [[2, 2, 7, 6], [1, 1, 1, 2]])
  func `max-pooling`(padding: Contract.Padding, shape: [Int]) throws {
    var check = FiniteDifferences(shape: shape)
    let window = try Window(
      over: Array(shape[2...]), kernel: 3, stride: 2, edges: .rule(padding), place: "test")
    try check.check([]) { try $0.maxPool($1, window) }
  }

  @Test func `mean over the picture`() throws {
    var check = FiniteDifferences(shape: [2, 3, 4, 5])
    try check.check([]) { try $0.average($1) }
  }

  @Test(arguments: [true, false]) func `linear layer`(hasBias: Bool) throws {
    var check = FiniteDifferences(shape: [3, 5])
    let weight = check.parameter("weight", [4, 5])
    let bias = hasBias ? check.parameter("bias", [4]) : nil
    try check.check([weight] + (bias.map { [$0] } ?? [])) {
      try $0.linear($1, weight, bias: bias)
    }
  }

  @Test func `softmax of groups`() throws {
    var check = FiniteDifferences(shape: [3, 8])
    try check.check([]) { try $0.softmax($1, size: 4, temperature: 0.5) }
  }
}
