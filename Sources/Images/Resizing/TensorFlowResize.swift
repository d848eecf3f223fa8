/// Resizing as TensorFlow's `tf.image.resize` does it without antialiasing: pixels have their centres at
/// halves, every new one is a sum of four (bicubic) or two (bilinear) neighbours on each axis, in float32.
extension Picture {
  /// The part `box`, resized: grey levels, which bicubic interpolation takes below 0 and above 255.
  ///
  /// - Precondition: the box lies in the picture.
  public func resizedLikeTensorFlow(
    _ box: Box, width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter
  ) -> FloatPicture {
    precondition(box.lies(in: bounds) && newWidth > 0 && newHeight > 0)
    let across = Neighbours(filter, from: box.width, to: newWidth)
    let down = Neighbours(filter, from: box.height, to: newHeight)
    let area = newWidth * newHeight
    let rowSize = 3 * box.width
    var line = [Float](repeating: 0, count: rowSize)
    let values = unsafe [Float](unsafeUninitializedCapacity: 3 * area) { result, count in
      unsafe pixels.withUnsafeBufferPointer { old in
        unsafe line.withUnsafeMutableBufferPointer { line in
          for y in 0..<newHeight {
            // A line between the old ones, then the pixels along it.
            let rows = down[y].indices
            let weights = down[y].weights
            func row(_ index: Int) -> UnsafeBufferPointer<UInt8> {
              let start = 3 * ((box.y + Int(rows[index])) * width + box.x)
              return unsafe UnsafeBufferPointer(rebasing: old[start..<start + rowSize])
            }
            let (first, second, third, fourth) = unsafe (row(0), row(1), row(2), row(3))
            for index in 0..<rowSize {
              unsafe line[index] =
                unsafe Float(first[index]) * weights[0] + Float(second[index]) * weights[1]
                + Float(third[index]) * weights[2] + Float(fourth[index]) * weights[3]
            }
            for x in 0..<newWidth {
              let columns = across[x].indices &* 3
              let weights = across[x].weights
              for channel in 0..<3 {
                let pixels = unsafe SIMD4(
                  line[Int(columns[0]) + channel], line[Int(columns[1]) + channel],
                  line[Int(columns[2]) + channel], line[Int(columns[3]) + channel])
                let parts = pixels * weights
                unsafe result[channel * area + y * newWidth + x] =
                  parts[0] + parts[1] + parts[2] + parts[3]
              }
            }
          }
        }
      }
      count = 3 * area
    }
    return FloatPicture(width: newWidth, height: newHeight, values: values)
  }
}

/// The old pixels that each new pixel of a line is the sum of, and their weights.
private struct Neighbours {
  private var all: [(indices: SIMD4<Int32>, weights: SIMD4<Float>)] = []

  subscript(pixel: Int) -> (indices: SIMD4<Int32>, weights: SIMD4<Float>) { all[pixel] }

  init(_ filter: ResampleFilter, from old: Int, to new: Int) {
    let scale = Float(old) / Float(new)
    for pixel in 0..<new {
      let position = (Float(pixel) + 0.5) * scale - 0.5
      let floor = position.rounded(.down)
      let first = Int(floor)
      func bound(_ index: Int) -> Int32 { Int32(max(0, min(old - 1, index))) }
      switch filter {
      case .bilinear:
        let part = position - floor
        all.append(
          (SIMD4(bound(first), bound(first + 1), 0, 0), SIMD4(1 - part, part, 0, 0)))
      case .bicubic:
        // TensorFlow keeps the weights of 1024 positions between two pixels in a table.
        let part = Double(((position - floor) * 1024).rounded(.toNearestOrEven)) / 1024
        let indices = SIMD4(bound(first - 1), bound(first), bound(first + 1), bound(first + 2))
        var weights = SIMD4<Float>(
          Float(filter.weight(1 + part)), Float(filter.weight(part)),
          Float(filter.weight(1 - part)), Float(filter.weight(2 - part)))
        // Pixels outside do not count, and the others' weights make up for them.
        for tap in 0..<4 where Int(indices[tap]) != first - 1 + tap { weights[tap] = 0 }
        all.append((indices, weights / weights.sum()))
      }
    }
  }
}
