import Tensors

/// A tensor as a storage of PyTorch's holds it: elements in a row, and the strides that find them.
struct TorchStoredTensor {
  /// The elements, whose row-major order is the storage's.
  let elements: Tensor
  /// Elements between neighbours along each axis of the tensor.
  let strides: [Int]
  /// The length of each axis of the tensor.
  let shape: [Int]

  /// Lays out a tensor: in the order that its layout says where that leaves no gaps, row-major
  /// otherwise.
  init(_ tensor: Tensor) {
    shape = tensor.shape
    switch tensor.layout.order {
    case .columnMajor:
      elements = tensor.permuted(shape.indices.reversed())
      strides = Self.rowMajor(shape.reversed()).reversed()
    case .strided(let wanted):
      let order = Self.order(shape, wanted)
      elements = order.map { tensor.permuted($0) } ?? tensor
      strides = order == nil ? Self.rowMajor(shape) : wanted
    case .rowMajor:
      elements = tensor
      strides = Self.rowMajor(shape)
    }
  }

  /// The axes from the slowest to the fastest, where `strides` fill a storage without gaps or
  /// overlaps; nil otherwise.
  private static func order(_ shape: [Int], _ strides: [Int]) -> [Int]? {
    guard strides.count == shape.count, !shape.contains(0), strides.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    // Where axes have one stride, all but one have length 1, and go first.
    let order = shape.indices.sorted { (strides[$1], shape[$0]) < (strides[$0], shape[$1]) }
    var expected = 1
    for axis in order.reversed() where shape[axis] > 1 {
      guard strides[axis] == expected else { return nil }
      expected *= shape[axis]
    }
    return order
  }

  private static func rowMajor(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
    }
    return strides
  }
}
