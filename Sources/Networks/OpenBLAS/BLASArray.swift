import Tensors

/// The values between two layers: [N, C, H, W] or [N, C], row-major.
struct BLASArray<Number: BLASNumber> {
  private(set) var shape: [Int]
  var values: [Number]

  /// Zeros.
  init(zeros shape: [Int]) {
    self.shape = shape
    values = [Number](repeating: 0, count: shape.reduce(1, *))
  }

  /// The request's input, rounded to this type.
  ///
  /// - Throws: `Failure` (`usage`) where it is no batch of pictures.
  init(_ input: Activation) throws {
    guard input.shape.count == 4, input.shape.allSatisfy({ $0 > 0 }) else {
      throw Failure(
        .usage, place: "input", "expected [batch, channels, height, width], found \(input.shape)")
    }
    shape = input.shape
    values = input.values.map { Number($0) }
  }

  /// Rows: pictures, or vectors.
  var batch: Int { shape[0] }
  /// Channels, or the length of the vectors.
  var channels: Int { shape[1] }
  /// Pixels of a channel; 1 after pooling.
  var plane: Int { shape.dropFirst(2).reduce(1, *) }

  /// The same values for the outside.
  var activation: Activation { Activation(shape: shape, values: values.map { Double($0) }) }

  /// max(x, 0); NaN stays NaN.
  mutating func rectify() {
    for index in values.indices where values[index] < 0 { values[index] = 0 }
  }

  /// Adds an array of the same shape.
  ///
  /// - Throws: `Failure` (`badInput`) where the shapes differ.
  mutating func add(_ other: BLASArray, place: String) throws {
    guard shape == other.shape else {
      throw Failure(
        place: place, expected: "a shortcut of shape \(shape)", found: "\(other.shape)")
    }
    for index in values.indices { values[index] += other.values[index] }
  }

  /// Adds a number to each channel.
  mutating func add(toChannels bias: [Number]) {
    let plane = plane
    for row in 0..<batch * channels {
      let value = bias[row % channels]
      for index in row * plane..<(row + 1) * plane { values[index] += value }
    }
  }
}
