import Tensors

/// How a program begins the weights of a linear layer with n inputs.
public enum Initialiser: String, Codable, Hashable, Sendable {
  /// Haiku's: normal with deviation 1/sqrt(n), none beyond two deviations; biases are 0.
  case truncatedNormal = "truncated-normal"
  /// PyTorch's (He, Zhang, Ren and Sun 2015, with a slope of sqrt(5)): uniform in +-1/sqrt(n), and so
  /// are biases. The convolutions of a whole network begin as torchvision's: normal with He's deviation.
  case kaimingUniform = "kaiming-uniform"

  /// That of the program whose networks pad like these: Haiku's for SAME, otherwise PyTorch's.
  public static func usual(of contract: Contract) -> Initialiser {
    contract.encoder.padding == .same ? .truncatedNormal : .kaimingUniform
  }

  /// A weight [outputs, inputs].
  ///
  /// - Throws: `Failure` where the shape is impossible.
  func weight(inputs: Int, outputs: Int, _ generator: inout SplitMix64) throws -> Tensor {
    let bound = 1 / Double(max(inputs, 1)).squareRoot()
    var values: [Float] = []
    values.reserveCapacity(inputs * outputs)
    for _ in 0..<inputs * outputs {
      values.append(
        Float(
          bound
            * (self == .truncatedNormal ? generator.nextNormal(within: 2) : generator.nextUnit())))
    }
    return try Tensor(floats: values, shape: [outputs, inputs])
  }

  /// The bias [outputs] of such a layer.
  ///
  /// - Throws: `Failure` where the shape is impossible.
  func bias(inputs: Int, outputs: Int, _ generator: inout SplitMix64) throws -> Tensor {
    let bound = self == .truncatedNormal ? 0 : 1 / Double(max(inputs, 1)).squareRoot()
    let values = (0..<outputs).map { _ in
      bound == 0 ? Float(0) : Float(bound * generator.nextUnit())
    }
    return try Tensor(floats: values, shape: [outputs])
  }
}
