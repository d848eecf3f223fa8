import Tensors
import Testing

@testable import Gradients

/// What the plain backend promises beside its gradients.
@Suite struct BLASBackendTests {
  let backend = BLASBackend<Double>()

  @Test func `numbers come back in their order`() throws {
    for shape in [[2, 3, 2, 2], [4, 6]] {
      let numbers = (0..<24).map(Double.init)
      let value = try backend.value(numbers, shape: shape)
      #expect(backend.shape(of: value) == shape)
      #expect(try backend.numbers(of: value) == numbers)
      #expect(try backend.numbers(of: backend.copy(value)) == numbers)
    }
  }

  @Test func `a shape that does not fit is refused`() throws {
    for shape in [[2, 3], [5], [1, 5, 0, 1], [1, 5, 1]] {
      #expect(throws: Failure.self) { try backend.value([1, 2, 3, 4, 5], shape: shape) }
    }
  }

  @Test func `of equal values the first one of a window has the gradient`() throws {
    let window = Window(
      kernel: [2, 2], stride: [2, 2], before: [0, 0], after: [0, 0], count: [1, 2])
    let input = try backend.value([5, 5, 1, 7, 5, 5, 7, 7], shape: [1, 1, 2, 4])
    let (output, pullback) = try backend.maxPool(input, window)
    #expect(try backend.numbers(of: output) == [5, 7])
    let gradient = try pullback(backend.value([2, 3], shape: [1, 1, 1, 2]))
    #expect(try backend.numbers(of: gradient) == [2, 0, 0, 3, 0, 0, 0, 0])
  }

  @Test func `the ReLU's gradient at 0 is 0`() throws {
    let input = try backend.value([-1, 0, 1], shape: [1, 3])
    let (_, pullback) = try backend.rectify(input)
    let gradient = try pullback(backend.value([2, 3, 4], shape: [1, 3]))
    #expect(try backend.numbers(of: gradient) == [0, 0, 4])
  }

  @Test func `NaN goes through every layer`() throws {
    let input = { try backend.value([.nan, 1, 2, 3], shape: [1, 1, 2, 2]) }
    let norm = Norm<Double>(scale: nil, offset: nil, eps: 1e-5)
    let window = Window(
      kernel: [2, 2], stride: [2, 2], before: [0, 0], after: [0, 0], count: [1, 1])
    for output in [
      try backend.rectify(input()).0, try backend.maxPool(input(), window).0,
      try backend.average(input()).0, try backend.normalise(input(), norm, rectifies: true).0,
      try backend.add(input(), input(), rectifies: true).0,
    ] {
      #expect(try backend.numbers(of: output)[0].isNaN)
    }
  }

  @Test func `the batch's moments are biased and in float64`() throws {
    let backend = BLASBackend<Float>()
    // In float32, sums of such numbers would lose the variance.
    let input = try backend.value((0..<64).map { 4096 + Float($0 % 2) }, shape: [16, 1, 2, 2])
    let (_, moments, _) = try backend.normalise(
      input, Norm(scale: nil, offset: nil, eps: 1e-5), rectifies: false)
    #expect(moments.mean == [4096.5])
    #expect(moments.variance == [0.25])
    #expect(moments.count == 64)
  }

  @Test func `layers that are not recorded give the same numbers, and no way back`() throws {
    let numbers = (0..<16).map { Double($0 * 5 % 16) - 7 }
    let norm = Norm<Double>(scale: nil, offset: nil, eps: 1e-5)
    func outputs() throws -> [[Double]] {
      let input = { try backend.value(numbers, shape: [4, 4]) }
      return try [
        backend.rectify(input()).0, backend.normalise(input(), norm, rectifies: true).0,
        backend.add(input(), input(), rectifies: true).0,
        backend.softmax(input(), size: 2, temperature: 1).0,
      ].map { try backend.numbers(of: $0) }
    }
    backend.isRecording = true
    let recorded = try outputs()
    backend.isRecording = false
    #expect(try outputs() == recorded)
    let (output, pullback) = try backend.rectify(backend.value(numbers, shape: [4, 4]))
    #expect(throws: Failure.self) { try pullback(output) }
  }

  @Test func `the same number of threads gives the same bits`() throws {
    func gradients(threads: Int) throws -> [[Float]] {
      let backend = BLASBackend<Float>(threads: threads)
      var generator = SplitMix64(seed: 3)
      func numbers(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(generator.nextFraction()) - 0.5 }
      }
      let weight = Parameter("w", shape: [8, 3, 3, 3], values: numbers(216))
      let window = Window(
        kernel: [3, 3], stride: [1, 1], before: [1, 1], after: [1, 1], count: [8, 8])
      let input = try backend.value(numbers(7 * 3 * 64), shape: [7, 3, 8, 8])
      let (output, pullback) = try backend.convolve(
        input, weight, bias: nil, window, needsInput: true)
      let result = try pullback(backend.copy(output))
      return [
        try backend.numbers(of: output), try backend.numbers(of: result), Array(weight.gradient),
      ]
    }
    for threads in 1...3 {
      #expect(try gradients(threads: threads) == gradients(threads: threads))
    }
  }

  @Test func `memory is used again and not kept`() throws {
    let backend = BLASBackend<Float>()
    let value = try backend.value([1, 2], shape: [1, 2])
    let address = value.values
    #expect(try backend.copy(value).values != address)
    func addressOfAnother() throws -> UnsafeMutablePointer<Float> {
      try backend.value([3, 4], shape: [1, 2]).values
    }
    #expect(try addressOfAnother() == addressOfAnother())
  }
}
