import Tensors
import Testing

@testable import Gradients

/// A float64 backend's pullbacks against central differences, for layers of any kind.
struct FiniteDifferences {
  /// What the layer takes: values of a shape, which is also changed number by number.
  typealias Layer = (BLASBackend<Double>, BLASArray<Double>) throws -> (
    BLASArray<Double>, (BLASArray<Double>) throws -> BLASArray<Double>
  )

  let backend = BLASBackend<Double>(threads: 2)
  let shape: [Int]
  var input: [Double]
  /// A random vector: the loss is its product with the layer's output.
  private var generator: SplitMix64
  let step = 1e-5

  init(shape: [Int], seed: UInt64 = 1) {
    self.shape = shape
    generator = SplitMix64(seed: seed)
    input = []
    input = numbers(shape.reduce(1, *))
  }

  /// Random numbers of [-1, 1).
  mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in 2 * generator.nextFraction() - 1 }
  }

  /// A parameter of random numbers.
  mutating func parameter(_ path: String, _ shape: [Int]) -> Parameter<Double> {
    Parameter(path, shape: shape, values: numbers(shape.reduce(1, *)))
  }

  /// Checks the gradients of the input and of parameters; a parameter's is added to what it has.
  mutating func check(
    _ parameters: [Parameter<Double>], checksInput: Bool = true, _ layer: Layer
  ) throws {
    backend.isRecording = true
    let (output, pullback) = try layer(backend, backend.value(input, shape: shape))
    let outputShape = backend.shape(of: output)
    let slopes = numbers(outputShape.reduce(1, *))
    for parameter in parameters { parameter.gradient.update(repeating: 3) }
    let gradient = try backend.numbers(of: pullback(backend.value(slopes, shape: outputShape)))
    backend.isRecording = false
    func loss() throws -> Double {
      let (output, _) = try layer(backend, backend.value(input, shape: shape))
      return zip(try backend.numbers(of: output), slopes).reduce(0) { $0 + $1.0 * $1.1 }
    }
    if checksInput {
      for index in input.indices {
        let value = input[index]
        input[index] = value + step
        let above = try loss()
        input[index] = value - step
        let below = try loss()
        input[index] = value
        expect(gradient[index], (above - below) / (2 * step), "input \(index)")
      }
    }
    for parameter in parameters {
      for index in 0..<parameter.count {
        let value = parameter.values[index]
        parameter.values[index] = value + step
        let above = try loss()
        parameter.values[index] = value - step
        let below = try loss()
        parameter.values[index] = value
        expect(
          parameter.gradient[index] - 3, (above - below) / (2 * step),
          "\(parameter.path) \(index)")
      }
    }
  }

  private func expect(_ mine: Double, _ difference: Double, _ what: Comment) {
    #expect(abs(mine - difference) < 1e-6 * max(1, abs(difference)), what)
  }
}
