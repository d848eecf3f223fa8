/// Resizing of numbers, with antialiasing where asked for: what PyTorch's `interpolate(antialias=True)`
/// computes, by which torchvision resizes tensors.
extension FloatPicture {
  /// The part `box`, resized.
  ///
  /// - Precondition: the box lies in the picture.
  public func resized(
    _ box: Box, width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter
  ) -> FloatPicture {
    precondition(box.lies(in: Box(x: 0, y: 0, width: width, height: height)))
    let across = WidenedTaps(filter, from: box.width, to: newWidth)
    let down = WidenedTaps(filter, from: box.height, to: newHeight)
    let acrossWeights = across.weights.map(Float.init)
    let downWeights = down.weights.map(Float.init)
    var narrow = [Float](repeating: 0, count: newWidth * box.height)
    var result = [Float](repeating: 0, count: 3 * newWidth * newHeight)
    for channel in 0..<3 {
      for y in 0..<box.height {
        let row = (channel * height + box.y + y) * width + box.x
        for x in 0..<newWidth {
          var sum: Float = 0
          for tap in 0..<across.counts[x] {
            sum += values[row + across.starts[x] + tap] * acrossWeights[x * across.stride + tap]
          }
          narrow[y * newWidth + x] = sum
        }
      }
      for y in 0..<newHeight {
        let target = (channel * newHeight + y) * newWidth
        for tap in 0..<down.counts[y] {
          let weight = downWeights[y * down.stride + tap]
          let row = (down.starts[y] + tap) * newWidth
          for x in 0..<newWidth { result[target + x] += narrow[row + x] * weight }
        }
      }
    }
    return FloatPicture(width: newWidth, height: newHeight, values: result)
  }
}
