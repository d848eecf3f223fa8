#if ONEDNN
  import COneDNN
  import TestSupport
  import Testing

  @testable import Gradients

  /// The walks between the library's operations.
  @Suite struct OneDNNKernelTests {
    /// A batch norm, a residual sum with it and the way back, everything the kernels do.
    private func run(_ backend: OneDNNBackend) throws -> [String: [Double]] {
      try Laboratory(backend).run { laboratory in
        let shape = [3, 20, 12, 12]
        let scale = laboratory.parameter("scale", [20])
        let offset = laboratory.parameter("offset", [20])
        let (one, _, pullOne) = try backend.normalise(
          laboratory.input(shape), Norm(scale: scale, offset: offset, eps: 1e-5), rectifies: true)
        let (two, _, pullTwo) = try backend.normalise(
          laboratory.input(shape), Norm(scale: nil, offset: nil, eps: 1e-5), rectifies: false)
        let (sum, pullSum) = try backend.add(one, two, rectifies: true)
        let (mean, pullMean) = try backend.average(sum)
        return (
          mean,
          { gradient in
            let gradient = try pullSum(pullMean(gradient))
            return try backend.sum(pullOne(gradient), pullTwo(gradient))
          }, [scale, offset]
        )
      }
    }

    @Test(arguments: OneDNNBackend.Precision.allCases)
    func `without AVX-512 they compute the same`(precision: OneDNNBackend.Precision) throws {
      let wide = try OneDNNBackend(threads: 2, precision: precision)
      let plain = try OneDNNBackend(threads: 2, precision: precision)
      plain.isWide = false
      let (left, right) = (try run(wide), try run(plain))
      for (name, numbers) in right where !numbers.isEmpty {
        let difference = Difference(of: name, left[name] ?? [], numbers)
        #expect(difference.value < (precision == .float32 ? 1e-6 : 1e-2), "\(difference)")
      }
    }

    @Test func `bfloat16 is rounded to nearest, ties to even`() throws {
      let backend = try OneDNNBackend(threads: 1, precision: .bfloat16)
      let numbers: [Float] = [1, 1 + 1 / 256, 1 + 3 / 256, 1 + 1.01 / 256, -0.1, 3e38, 0]
      let rounded: [Float] = [
        1, 1, 1 + 4 / 256, 1 + 2 / 256, -0.10009765625, 2.9909909e38, 0,
      ]
      let plane = numbers + numbers
      let shape = [1, 7, 1, 2]
      let stored = try backend.numbers(of: backend.value(plane, shape: shape))
      // The kernels round as the conversion does.
      let (copied, _) = try backend.add(
        backend.value(plane, shape: shape),
        backend.value(plane.map { _ in 0 }, shape: shape), rectifies: false)
      #expect(try backend.numbers(of: copied) == stored)
      for (mine, expected) in zip(stored, rounded + rounded) {
        #expect(abs(mine - expected) <= abs(expected) * 1e-2)
      }
      #expect(Array(stored.prefix(4)) == Array(rounded.prefix(4)))
    }

    @Test(arguments: OneDNNBackend.Precision.allCases, [true, false])
    func `what is no number is not hidden by a ReLU`(
      precision: OneDNNBackend.Precision, isWide: Bool
    ) throws {
      let backend = try OneDNNBackend(threads: 1, precision: precision)
      backend.isWide = isWide
      var numbers = [Float](repeating: -1, count: 16 * 4)
      numbers[5] = .nan
      numbers[9] = -.nan
      let (output, _) = try backend.rectify(backend.value(numbers, shape: [1, 16, 2, 2]))
      let result = try backend.numbers(of: output)
      #expect(result.indices.filter { result[$0].isNaN } == [5, 9])
      #expect(result.filter { $0 == 0 }.count == 62)
    }

    @Test func `shapes that do not fit are refused`() throws {
      let backend = try OneDNNBackend(threads: 1)
      let window = LayerCase("", [1, 4, 4, 4], 4, kernel: 3, stride: 1, before: 1, after: 1).window
      let value = try backend.value([Float](repeating: 0, count: 64), shape: [1, 4, 4, 4])
      let weight = Parameter<Float>(
        "w", shape: [4, 5, 3, 3], values: .init(repeating: 0, count: 180))
      #expect(throws: (any Error).self) {
        try backend.convolve(value, weight, bias: nil, window, needsInput: true)
      }
      #expect(throws: (any Error).self) { try backend.value([1, 2], shape: [3]) }
      #expect(throws: (any Error).self) {
        try backend.add(
          value, backend.value([Float](repeating: 0, count: 16), shape: [1, 4, 2, 2]),
          rectifies: true)
      }
      #expect(throws: (any Error).self) {
        try backend.softmax(backend.value([1, 2, 3], shape: [1, 3]), size: 2, temperature: 1)
      }
    }
  }
#endif
