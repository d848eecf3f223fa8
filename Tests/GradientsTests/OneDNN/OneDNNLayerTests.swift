#if ONEDNN
  import Checkpoints
  import TestSupport
  import Testing

  @testable import Gradients

  /// Every layer, forwards and backwards, beside the same layer in float64 on OpenBLAS.
  @Suite struct OneDNNLayerTests {
    /// Window, input [N, C, H, W] and output channels of convolutions that networks have.
    static let convolutions: [LayerCase] = [
      .init("3x3", [2, 16, 9, 7], 32, kernel: 3, stride: 1, before: 1, after: 1),
      .init("3x3, odd channels", [3, 20, 8, 8], 24, kernel: 3, stride: 1, before: 1, after: 1),
      .init("3x3, few channels", [2, 3, 6, 6], 5, kernel: 3, stride: 1, before: 1, after: 1),
      .init("SAME stride 2", [2, 16, 8, 8], 16, kernel: 3, stride: 2, before: 0, after: 1),
      .init("1x1", [1, 32, 5, 5], 48, kernel: 1, stride: 1, before: 0, after: 0),
      .init("1x1 stride 2", [2, 32, 7, 7], 16, kernel: 1, stride: 2, before: 0, after: 0),
      .init("stem", [2, 3, 30, 30], 16, kernel: 7, stride: 2, before: 3, after: 3),
      .init("SAME stem", [1, 3, 32, 32], 16, kernel: 7, stride: 2, before: 2, after: 3),
      .init("two channels", [2, 2, 12, 12], 16, kernel: 3, stride: 1, before: 1, after: 1),
      .init("four channels", [2, 4, 12, 12], 8, kernel: 3, stride: 1, before: 1, after: 1),
      .init("one pixel", [4, 16, 1, 1], 16, kernel: 1, stride: 1, before: 0, after: 0),
    ]

    @Test(arguments: convolutions, [false, true])
    func `convolutions agree with float64`(layer: LayerCase, hasBias: Bool) throws {
      func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
        try Laboratory(backend).run { laboratory in
          let input = try laboratory.input(layer.input)
          let weight = laboratory.parameter(
            "weight", [layer.outputs, layer.input[1], layer.kernel, layer.kernel])
          let bias = hasBias ? laboratory.parameter("bias", [layer.outputs]) : nil
          let (output, pull) = try backend.convolve(
            input, weight, bias: bias, layer.window, needsInput: true)
          return (output, pull, [weight] + (bias.map { [$0] } ?? []))
        }
      }
      let exact = try run(BLASBackend<Double>())
      try compare(layer.name, run(OneDNNBackend(threads: 2)), exact)
      // Two pictures at a time, so that the last run has fewer where their number is odd.
      let pieces = try OneDNNBackend(threads: 2)
      pieces.cachedBytes = layer.input[2...].reduce(
        64 * ((max(layer.input[1], 32) + 15) / 16) * 2, *)
      try compare(layer.name + " in pieces", run(pieces), exact)
    }

    @Test(arguments: [[3, 16, 7, 5], [2, 20, 4, 4], [6, 40], [2, 3, 40, 40]], [false, true])
    func `batch norm agrees with float64`(shape: [Int], rectifies: Bool) throws {
      func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
        try Laboratory(backend).run { laboratory in
          let input = try laboratory.input(shape)
          let scale = laboratory.parameter("scale", [shape[1]])
          let offset = laboratory.parameter("offset", [shape[1]])
          let (output, moments, pull) = try backend.normalise(
            input, Norm(scale: scale, offset: offset, eps: 1e-5), rectifies: rectifies)
          laboratory.extra = moments.mean + moments.variance
          #expect(moments.count == shape[0] * shape.dropFirst(2).reduce(1, *))
          return (output, pull, [scale, offset])
        }
      }
      try compare("\(shape)", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
    }

    @Test func `batch norm with given moments agrees with float64`() throws {
      let moments = Moments(mean: [0.1, -0.2, 0.3], variance: [0.5, 1.5, 2], count: 1)
      do {
        func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
          try Laboratory(backend).run { laboratory in
            let scale = laboratory.parameter("scale", [3])
            let offset = laboratory.parameter("offset", [3])
            let (output, pull) = try backend.normalise(
              laboratory.input([2, 3, 4, 4]), Norm(scale: scale, offset: offset, eps: 1e-3),
              by: moments, rectifies: true)
            return (output, pull, [scale, offset])
          }
        }
        try compare("given moments", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
      }
    }

    /// Moments stay exact where the mean is far from 0: sums of squares alone would not.
    @Test func `the variance of numbers far from 0 is exact`() throws {
      let shape = [4, 16, 8, 8]
      let numbers = Laboratory<BLASBackend<Double>>.numbers(shape, seed: 5).map { 1000 + $0 }
      let norm = Norm<Float>(scale: nil, offset: nil, eps: 1e-5)
      let backend = try OneDNNBackend(threads: 2)
      let (_, mine, _) = try backend.normalise(
        backend.value(numbers.map { Float($0) }, shape: shape), norm, rectifies: false)
      let reference = BLASBackend<Double>()
      let (_, exact, _) = try reference.normalise(
        reference.value(numbers.map { Double(Float($0)) }, shape: shape),
        Norm<Double>(scale: nil, offset: nil, eps: 1e-5), rectifies: false)
      for (left, right) in zip(mine.variance, exact.variance) {
        #expect(abs(left - right) < 1e-5 * right)
      }
    }

    @Test(arguments: [[2, 16, 9, 9], [1, 20, 8, 8]], [[1, 1], [0, 1]])
    func `max-pooling agrees with float64`(shape: [Int], edges: [Int]) throws {
      let window = LayerCase(
        "pool", shape, shape[1], kernel: 3, stride: 2, before: edges[0], after: edges[1]
      ).window
      func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
        try Laboratory(backend).run { laboratory in
          let (output, pull) = try backend.maxPool(laboratory.input(shape), window)
          return (output, pull, [])
        }
      }
      try compare("\(shape)", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
    }

    @Test func `of equal maxima the first has the gradient`() throws {
      let window = LayerCase("pool", [1, 1, 5, 5], 1, kernel: 3, stride: 2, before: 1, after: 1)
        .window
      func gradient<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [Double] {
        let numbers = [Arithmetic.Scalar](repeating: 0, count: 25)
        let (_, pull) = try backend.maxPool(backend.value(numbers, shape: [1, 1, 5, 5]), window)
        let given = (1...9).map { Arithmetic.Scalar($0) }
        return try backend.numbers(of: pull(backend.value(given, shape: [1, 1, 3, 3])))
          .map { Double($0) }
      }
      #expect(try gradient(OneDNNBackend(threads: 1)) == gradient(BLASBackend<Double>()))
    }

    @Test(arguments: [[2, 16, 5, 5], [3, 5, 4, 4]])
    func `the mean over pictures agrees with float64`(shape: [Int]) throws {
      func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
        try Laboratory(backend).run { laboratory in
          let (output, pull) = try backend.average(laboratory.input(shape))
          return (output, pull, [])
        }
      }
      try compare("\(shape)", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
    }

    @Test(arguments: [[5, 24, 40], [4, 5, 7], [1, 16, 16]], [false, true])
    func `linear layers agree with float64`(sizes: [Int], hasBias: Bool) throws {
      func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
        try Laboratory(backend).run { laboratory in
          let weight = laboratory.parameter("weight", [sizes[2], sizes[1]])
          let bias = hasBias ? laboratory.parameter("bias", [sizes[2]]) : nil
          let (output, pull) = try backend.linear(
            laboratory.input([sizes[0], sizes[1]]), weight, bias: bias)
          return (output, pull, [weight] + (bias.map { [$0] } ?? []))
        }
      }
      try compare("\(sizes)", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
    }

    @Test func `softmax and ReLU agree with float64`() throws {
      do {
        func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
          try Laboratory(backend).run { laboratory in
            let (output, pull) = try backend.softmax(
              laboratory.input([3, 20]), size: 5, temperature: 0.3)
            return (output, pull, [])
          }
        }
        try compare("softmax", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
      }
      do {
        func run<Arithmetic: Backend>(_ backend: Arithmetic) throws -> [String: [Double]] {
          try Laboratory(backend).run { laboratory in
            let (output, pull) = try backend.rectify(laboratory.input([3, 20, 3, 3]))
            return (output, pull, [])
          }
        }
        try compare("ReLU", run(OneDNNBackend(threads: 2)), run(BLASBackend<Double>()))
      }
    }

    private func compare(
      _ layer: String, _ mine: [String: [Double]], _ exact: [String: [Double]],
      limit: Double = 1e-6
    ) throws {
      #expect(mine.keys == exact.keys)
      for (name, numbers) in exact where !numbers.isEmpty {
        let difference = Difference(of: "\(layer), \(name)", try #require(mine[name]), numbers)
        #expect(difference.value < limit, "\(difference)")
      }
    }
  }
#endif
