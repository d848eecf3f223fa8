/// How bright a colour is: the weights of ITU-R BT.601, as DeepMind and torchvision write them.
@inline(__always)
func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
  0.2989 * red + 0.5870 * green + 0.1140 * blue
}

extension FloatPicture {
  /// Sets every channel to the pixel's brightness.
  mutating func turnGrey() {
    unsafe withPlanes { red, green, blue in
      for index in red.indices {
        let grey = unsafe luma(red[index], green[index], blue[index])
        unsafe (red[index], green[index], blue[index]) = (grey, grey, grey)
      }
    }
  }

  /// Adds the same number to every value, clipped: DeepMind's and TensorFlow's brightness.
  mutating func brighten(by delta: Float) { mapInPlace { clipped($0 + delta) } }

  /// Multiplies every value by the same number, clipped: torchvision's brightness.
  mutating func brighten(factor: Float) { mapInPlace { clipped($0 * factor) } }

  /// Stretches each channel about its own mean, clipped: DeepMind's and TensorFlow's contrast.
  mutating func stretchChannels(factor: Float) {
    unsafe withPlanes { red, green, blue in
      unsafe [red, green, blue].forEach { plane in
        let mean = unsafe Float(sum(plane) / Double(plane.count))
        for index in plane.indices {
          unsafe plane[index] = unsafe clipped(factor * (plane[index] - mean) + mean)
        }
      }
    }
  }

  /// Stretches every value about the mean brightness, clipped: torchvision's contrast.
  mutating func stretch(factor: Float) {
    var mean: Float = 0
    unsafe withPlanes { red, green, blue in
      let total = unsafe 0.2989 * sum(red) + 0.5870 * sum(green) + 0.1140 * sum(blue)
      mean = Float(total / Double(red.count))
    }
    mapInPlace { clipped(factor * $0 + (1 - factor) * mean) }
  }

  /// Moves every pixel away from its own brightness, or towards it, clipped: torchvision's saturation.
  mutating func saturate(factor: Float) {
    unsafe withPlanes { red, green, blue in
      for index in red.indices {
        let grey = unsafe (1 - factor) * luma(red[index], green[index], blue[index])
        unsafe red[index] = clipped(factor * red[index] + grey)
        unsafe green[index] = clipped(factor * green[index] + grey)
        unsafe blue[index] = clipped(factor * blue[index] + grey)
      }
    }
  }
}

/// The sum in float64, over parts short enough for float32 to add without loss of note.
private func sum(_ values: UnsafeMutableBufferPointer<Float>) -> Double {
  var total = 0.0
  for start in stride(from: 0, to: values.count, by: 64) {
    var part = SIMD8<Float>.zero
    var index = start
    let end = min(start + 64, values.count)
    while index + 8 <= end {
      for lane in 0..<8 { unsafe part[lane] += values[index + lane] }
      index += 8
    }
    total += Double(part.sum())
    while index < end {
      unsafe total += Double(values[index])
      index += 1
    }
  }
  return total
}
