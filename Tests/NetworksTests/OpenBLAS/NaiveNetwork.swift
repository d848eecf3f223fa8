/// The layers written as their definitions, one loop per index, to test the engine against.
struct NaivePicture: Equatable {
  /// [channel][row][column].
  var pixels: [[[Double]]]

  var height: Int { pixels[0].count }
  var width: Int { pixels[0][0].count }

  func pixel(_ channel: Int, _ y: Int, _ x: Int, outside: Double) -> Double {
    guard (0..<height).contains(y), (0..<width).contains(x) else { return outside }
    return pixels[channel][y][x]
  }

  /// A cross-correlation with a kernel [out][in][row][column].
  func convolved(
    _ kernel: [[[[Double]]]], stride: Int, top: Int, left: Int, height: Int, width: Int
  ) -> NaivePicture {
    NaivePicture(
      pixels: kernel.map { filter in
        (0..<height).map { y in
          (0..<width).map { x in
            var sum = 0.0
            for (channel, window) in filter.enumerated() {
              for (dy, line) in window.enumerated() {
                for (dx, weight) in line.enumerated() {
                  sum +=
                    weight
                    * pixel(channel, y * stride + dy - top, x * stride + dx - left, outside: 0)
                }
              }
            }
            return sum
          }
        }
      })
  }

  /// The largest of each 3x3 window of stride 2.
  func pooled(top: Int, left: Int, height: Int, width: Int) -> NaivePicture {
    NaivePicture(
      pixels: pixels.indices.map { channel in
        (0..<height).map { y in
          (0..<width).map { x in
            (0..<9).map { spot in
              pixel(
                channel, y * 2 + spot / 3 - top, x * 2 + spot % 3 - left, outside: -.infinity)
            }.max() ?? 0
          }
        }
      })
  }

  func mapped(_ change: (Int, Double) -> Double) -> NaivePicture {
    NaivePicture(
      pixels: pixels.enumerated().map { channel, lines in
        lines.map { $0.map { change(channel, $0) } }
      })
  }
}

/// `values` in row-major order as nested arrays.
func nested(_ values: [Double], _ height: Int, _ width: Int) -> [[[Double]]] {
  let channels = values.count / (height * width)
  return (0..<channels).map { channel in
    (0..<height).map { y in
      (0..<width).map { x in values[(channel * height + y) * width + x] }
    }
  }
}

/// max |a - b| / max |b|.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.map(abs).max() ?? 0
  let error = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
  return error.isNaN ? .infinity : error / Swift.max(scale, .leastNormalMagnitude)
}
