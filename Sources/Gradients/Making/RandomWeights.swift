import Checkpoints
import Tensors

/// Random numbers as programs begin their layers with.
enum RandomWeights: Equatable {
  /// Normal with that deviation, none beyond two of them.
  case truncatedNormal(Double)
  /// Normal with that deviation.
  case normal(Double)
  /// Uniform between minus and plus that number.
  case uniform(Double)

  /// How a program begins the weight of a layer.
  ///
  /// Haiku: 1/sqrt(inputs), truncated (`haiku/_src/conv.py`, `basic.py`). torchvision's convolutions: He's
  /// sqrt(2 / (outputs kH kW)) (`torchvision/models/resnet.py`); PyTorch's linear layers: +-1/sqrt(inputs)
  /// (`torch/nn/modules/linear.py`).
  static func weight(
    _ tensor: DesignedTensor, _ conventions: NetworkDesign.Conventions
  ) -> RandomWeights {
    let bound = 1 / Double(max(tensor.inputs, 1)).squareRoot()
    guard conventions == .torch else { return .truncatedNormal(bound) }
    guard tensor.shape.count == 4 else { return .uniform(bound) }
    let outputs = tensor.shape[0] * tensor.shape[2] * tensor.shape[3]
    return .normal((2 / Double(max(outputs, 1))).squareRoot())
  }

  /// How a program begins the bias of a layer: Haiku at 0, PyTorch as its weight.
  static func bias(
    _ tensor: DesignedTensor, _ conventions: NetworkDesign.Conventions
  ) -> RandomWeights {
    let bound = 1 / Double(max(tensor.inputs, 1)).squareRoot()
    return .uniform(conventions == .torch ? bound : 0)
  }

  /// The next `count` numbers.
  func numbers(_ count: Int, _ generator: inout SplitMix64) -> [Float] {
    (0..<count).map { _ in
      switch self {
      case .truncatedNormal(let deviation): Float(deviation * generator.nextNormal(within: 2))
      case .normal(let deviation): Float(deviation * generator.nextNormal(within: 8))
      case .uniform(let bound): Float(bound * generator.nextUnit())
      }
    }
  }
}
