/// The pixels, and their weights, that each pixel of a resized line is the sum of, where the filter
/// widens as the line shrinks (antialiasing), by Pillow's rule (`Resample.c`).
struct WidenedTaps {
  /// Of each new pixel: the first old one.
  var starts: [Int] = []
  /// Of each new pixel: how many old ones.
  var counts: [Int] = []
  /// `stride` weights for each new pixel, which add up to 1.
  var weights: [Double] = []
  /// Weights kept for each new pixel.
  var stride = 0

  /// The taps of a line of `old` pixels that becomes `new` ones.
  init(_ filter: ResampleFilter, from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let widening = max(scale, 1)
    let support = filter.support * widening
    stride = Int(support.rounded(.up)) * 2 + 1
    weights = [Double](repeating: 0, count: new * stride)
    for pixel in 0..<new {
      let middle = (Double(pixel) + 0.5) * scale
      let start = max(0, Int(middle - support + 0.5))
      let count = min(old, Int(middle + support + 0.5)) - start
      let base = pixel * stride
      var sum = 0.0
      for tap in 0..<count {
        let weight = filter.weight((Double(tap + start) - middle + 0.5) * (1 / widening))
        weights[base + tap] = weight
        sum += weight
      }
      if sum != 0 { for tap in 0..<count { weights[base + tap] /= sum } }
      starts.append(start)
      counts.append(count)
    }
  }
}
