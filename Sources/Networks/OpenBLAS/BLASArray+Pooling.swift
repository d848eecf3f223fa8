extension BLASArray {
  /// The largest value under each 3x3 window of stride 2; pixels outside count as minus infinity,
  /// NaN is larger than everything.
  ///
  /// - Throws: `Failure` (`badInput`) where the picture is too small.
  func maxPooled(edges: BLASWindow.Edges, place: String) throws -> BLASArray {
    let down = try BLASWindow(length: shape[2], kernel: 3, stride: 2, edges: edges, place: place)
    let across = try BLASWindow(
      length: shape[3], kernel: 3, stride: 2, edges: edges, place: place)
    var result = BLASArray(zeros: [batch, channels, down.count, across.count])
    var position = 0
    for row in 0..<batch * channels {
      for y in 0..<down.count {
        let lines = max(0, y * 2 - down.low)..<min(down.length, y * 2 - down.low + 3)
        for x in 0..<across.count {
          let pixels = max(0, x * 2 - across.low)..<min(across.length, x * 2 - across.low + 3)
          var largest = -Number.infinity
          for line in lines {
            let start = (row * down.length + line) * across.length
            for pixel in pixels {
              let value = values[start + pixel]
              if value > largest || value.isNaN { largest = value }
            }
          }
          result.values[position] = largest
          position += 1
        }
      }
    }
    return result
  }

  /// The mean of each channel: [N, C, H, W] -> [N, C], summed in float64.
  func averaged() -> BLASArray {
    var result = BLASArray(zeros: [batch, channels])
    for row in 0..<batch * channels {
      var sum = 0.0
      for index in row * plane..<(row + 1) * plane { sum += Double(values[index]) }
      result.values[row] = Number(sum / Double(plane))
    }
    return result
  }
}
