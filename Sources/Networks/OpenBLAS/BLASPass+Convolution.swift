import Checkpoints
import Tensors

extension BLASPass {
  /// A convolution as deep learning means it (a cross-correlation), zero-padded.
  ///
  /// `path/weight` is [out, in, kH, kW]; `path/bias`, [out], is added where there is one.
  ///
  /// - Throws: `Failure` (`badInput`) where the weight does not fit the input [N, in, H, W].
  func convolve(
    _ input: BLASArray<Number>, _ path: String, stride: Int, edges: BLASWindow.Edges,
    kernel: Int? = nil
  ) throws -> BLASArray<Number> {
    let place = path + "/weight"
    let weight = try checkpoint.tensor(place)
    let shape = weight.shape
    guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), shape[1] == input.channels,
      shape[2] == kernel ?? shape[2], shape[3] == kernel ?? shape[3]
    else {
      let sides = kernel.map { "\($0), \($0)" } ?? "height, width"
      throw Failure(
        place: place, expected: "shape [out, \(input.channels), \(sides)]", found: "\(shape)")
    }
    let down = try BLASWindow(
      length: input.shape[2], kernel: shape[2], stride: stride, edges: edges, place: path)
    let across = try BLASWindow(
      length: input.shape[3], kernel: shape[3], stride: stride, edges: edges, place: path)
    var output = BLASArray<Number>(zeros: [input.batch, shape[0], down.count, across.count])
    try forEachBlock(of: weight) { rows, block in
      if shape[2] == 1, shape[3] == 1, stride == 1 {
        try multiply(block, rows, input, into: &output, place: place)
      } else {
        try multiply(block, rows, patchesOf: input, down, across, into: &output, place: place)
      }
    }
    if let bias = try vectorIfPresent(path + "/bias", count: shape[0]) {
      output.add(toChannels: bias.map { Number($0) })
    }
    return output
  }

  /// The output channels `rows` of a 1x1 convolution: pixels are the columns already.
  private func multiply(
    _ block: [Number], _ rows: Range<Int>, _ input: BLASArray<Number>,
    into output: inout BLASArray<Number>, place: String
  ) throws {
    let (batch, depth, plane, channels) = (
      input.batch, input.channels, input.plane, output.channels
    )
    let (m, n, k) = (
      try blasLength(rows.count, place: place), try blasLength(plane, place: place),
      try blasLength(depth, place: place)
    )
    unsafe input.values.withUnsafeBufferPointer { from in
      unsafe output.values.withUnsafeMutableBufferPointer { into in
        guard let from = from.baseAddress, let into = into.baseAddress else { return }
        for image in 0..<batch {
          unsafe Number.multiply(
            m: m, n: n, k: k, block, k, from + image * depth * plane, n, transposed: false,
            into: into + (image * channels + rows.lowerBound) * plane, n)
        }
      }
    }
  }

  /// The output channels `rows` of any convolution, by way of the patches' matrix.
  private func multiply(
    _ block: [Number], _ rows: Range<Int>, patchesOf input: BLASArray<Number>,
    _ down: BLASWindow, _ across: BLASWindow, into output: inout BLASArray<Number>, place: String
  ) throws {
    var columns = BLASColumns<Number>(
      channels: input.channels, down: down, across: across, byteCount: blockByteCount)
    let (batch, pixels, channels, plane) = (
      input.batch, input.channels * input.plane, output.channels, output.plane
    )
    let (m, k, step) = (
      try blasLength(rows.count, place: place),
      try blasLength(input.channels * down.kernel * across.kernel, place: place),
      try blasLength(plane, place: place)
    )
    unsafe input.values.withUnsafeBufferPointer { from in
      unsafe output.values.withUnsafeMutableBufferPointer { into in
        guard let from = from.baseAddress, let into = into.baseAddress else { return }
        for image in 0..<batch {
          for band in columns.bands {
            unsafe columns.fill(band, from: from + image * pixels)
            let n = Int32(band.count * across.count)
            let start = (image * channels + rows.lowerBound) * plane
            unsafe Number.multiply(
              m: m, n: n, k: k, block, k, columns.values, n, transposed: false,
              into: into + start + band.lowerBound * across.count, step)
          }
        }
      }
    }
  }
}
