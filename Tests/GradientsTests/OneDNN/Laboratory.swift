#if ONEDNN
  import Tensors
  import TestSupport
  import Testing

  @testable import Gradients

  /// A convolution or pooling to compare.
  struct LayerCase: CustomTestStringConvertible, Sendable {
    let name: String
    let input: [Int]
    let outputs: Int
    let kernel: Int
    let window: Window

    init(
      _ name: String, _ input: [Int], _ outputs: Int, kernel: Int, stride: Int, before: Int,
      after: Int
    ) {
      self.name = name
      self.input = input
      self.outputs = outputs
      self.kernel = kernel
      window = Window(
        kernel: [kernel, kernel], stride: [stride, stride], before: [before, before],
        after: [after, after],
        count: input[2...].map { ($0 + before + after - kernel) / stride + 1 })
    }

    var testDescription: String { name }
  }

  /// Runs a layer with the same numbers on a backend.
  final class Laboratory<Arithmetic: Backend> {
    let backend: Arithmetic
    /// What else is compared.
    var extra: [Double] = []
    private var seed: UInt64 = 1

    init(_ backend: Arithmetic) { self.backend = backend }

    func input(_ shape: [Int]) throws -> Arithmetic.Value {
      try backend.value(numbers(shape), shape: shape)
    }

    func parameter(_ path: String, _ shape: [Int]) -> Parameter<Arithmetic.Scalar> {
      Parameter(path, shape: shape, values: numbers(shape))
    }

    private func numbers(_ shape: [Int]) -> [Arithmetic.Scalar] {
      seed += 1
      return Laboratory<Arithmetic>.numbers(shape, seed: seed).map { Arithmetic.Scalar($0) }
    }
  }

  extension Laboratory {
    /// Numbers from -1 to 1 that float32 and bfloat16 hold exactly, none of them 0.
    static func numbers(_ shape: [Int], seed: UInt64) -> [Double] {
      var generator = SplitMix64(seed: seed)
      return (0..<shape.reduce(1, *)).map { _ in
        (Double(generator.next() % 128) * 2 - 127) / 128
      }
    }

    /// Output, input gradient, parameters' gradients and the extra.
    func run(
      _ layer: (Laboratory) throws -> (
        Arithmetic.Value, Arithmetic.Pullback, [Parameter<Arithmetic.Scalar>]
      )
    ) throws -> [String: [Double]] {
      let (output, pull, parameters) = try layer(self)
      let shape = backend.shape(of: output)
      let gradient = Self.numbers(shape, seed: 77).map { Arithmetic.Scalar($0) }
      var results = ["output": try backend.numbers(of: output).map { Double($0) }]
      let back = try pull(backend.value(gradient, shape: shape))
      results["input gradient"] = try backend.numbers(of: back).map { Double($0) }
      for parameter in parameters {
        results["gradient of \(parameter.path)"] = parameter.gradient.map { Double($0) }
      }
      results["extra"] = extra
      return results
    }
  }
#endif
