import Checkpoints
import Tensors

/// Bytes of a block of weights, or of a band of patches: small enough for the heap to use again, large
/// enough that the patches of a convolution are not made too often.
let blockByteCount = 3 << 19

extension BLASPass {
  /// x W^T + b, with `path/weight` [out, in] and, where there is one, `path/bias` [out].
  ///
  /// - Throws: `Failure` (`badInput`) where the weight does not fit the input [N, in].
  func linear(_ input: BLASArray<Number>, _ path: String) throws -> BLASArray<Number> {
    let place = path + "/weight"
    let weight = try checkpoint.tensor(place)
    guard weight.shape.count == 2, weight.shape[0] > 0, weight.shape[1] == input.channels else {
      throw Failure(
        place: place, expected: "shape [out, \(input.channels)]", found: "\(weight.shape)")
    }
    let count = weight.shape[0]
    var output = BLASArray<Number>(zeros: [input.batch, count])
    let (m, k, step) = (
      try blasLength(input.batch, place: place), try blasLength(input.channels, place: place),
      try blasLength(count, place: place)
    )
    try forEachBlock(of: weight) { rows, block in
      unsafe output.values.withUnsafeMutableBufferPointer { into in
        guard let into = into.baseAddress else { return }
        unsafe Number.multiply(
          m: m, n: Int32(rows.count), k: k, input.values, k, block, k, transposed: true,
          into: into + rows.lowerBound, step)
      }
    }
    if let bias = try vectorIfPresent(path + "/bias", count: count) {
      output.add(toChannels: bias.map { Number($0) })
    }
    return output
  }

  /// Calls `body` with blocks of rows of the first axis and their numbers.
  ///
  /// The source is read once, in order, whatever it is: a compressed one is not inflated twice.
  func forEachBlock(
    of weight: Tensor, _ body: (Range<Int>, [Number]) throws -> Void
  ) throws {
    let rowCount = weight.shape[0]
    let rowBytes = weight.byteCount / rowCount
    let numberBytes = weight.count / rowCount * MemoryLayout<Number>.stride
    let rowsPerBlock = max(1, blockByteCount / max(numberBytes, 1))
    var row = 0
    try unsafe weight.forEachSlab(of: rowsPerBlock * rowBytes) { bytes in
      let rows = row..<row + bytes.count / rowBytes
      let block = try unsafe Tensor(
        weight.elementType, shape: [rows.count] + weight.shape.dropFirst(), bytes: Array(bytes))
      try body(rows, Number.read(block))
      row = rows.upperBound
    }
  }

  /// The tensor `path`, which must have the shape [count]; nil where there is none.
  ///
  /// - Throws: `Failure` (`badInput`).
  func vectorIfPresent(_ path: String, count: Int) throws -> [Double]? {
    checkpoint[path] == nil ? nil : try vector(path, count: count)
  }

  /// The tensor `path`, which must have the shape [count].
  ///
  /// - Throws: `Failure` (`badInput`).
  func vector(_ path: String, count: Int) throws -> [Double] {
    let tensor = try checkpoint.tensor(path)
    guard tensor.shape == [count] else {
      throw Failure(place: path, expected: "shape [\(count)]", found: "\(tensor.shape)")
    }
    return try tensor.doubles()
  }
}
