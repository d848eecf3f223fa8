import Tensors

extension BLASBackend {
  /// The largest number under each window, a NaN where there is one; ties are the first one's.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func maxPool(_ input: Value, _ window: Window) throws -> (Value, Pullback) {
    let output = Value([input.batch, input.channels] + window.count, in: memory)
    let planes = input.batch * input.channels
    var places = [Int32](repeating: 0, count: isRecording ? output.count : 0)
    unsafe places.withUnsafeMutableBufferPointer { places in
      parallel.forEach(planes) { _, range in
        for plane in range {
          unsafe pool(
            input.values + plane * input.plane, input.shape, window,
            into: output.values + plane * output.plane,
            places: isRecording ? places.baseAddress.map { unsafe $0 + plane * output.plane } : nil)
        }
      }
    }
    guard isRecording else { return (output, unrecorded()) }
    let shape = input.shape
    return (
      output,
      { [places] gradient in
        let result = Value(shape, in: self.memory)
        self.parallel.forEach(planes) { _, range in
          for plane in range {
            let to = unsafe result.values + plane * result.plane
            unsafe to.initialize(repeating: 0, count: result.plane)
            for position in plane * gradient.plane..<(plane + 1) * gradient.plane {
              unsafe to[Int(places[position])] += gradient.values[position]
            }
          }
        }
        return result
      }
    )
  }

  /// The largest value of each window of one plane, and where it is: the first one of equal values.
  private func pool(
    _ from: UnsafePointer<Scalar>, _ shape: [Int], _ window: Window,
    into to: UnsafeMutablePointer<Scalar>, places: UnsafeMutablePointer<Int32>?
  ) {
    let (height, width) = (shape[2], shape[3])
    var position = 0
    for y in 0..<window.count[0] {
      let top = y * window.stride[0] - window.before[0]
      let lines = max(0, top)..<max(0, min(height, top + window.kernel[0]))
      for x in 0..<window.count[1] {
        let left = x * window.stride[1] - window.before[1]
        let pixels = max(0, left)..<max(0, min(width, left + window.kernel[1]))
        var largest = -Scalar.infinity
        var place = lines.lowerBound * width + pixels.lowerBound
        for line in lines {
          for pixel in pixels {
            let value = unsafe from[line * width + pixel]
            if value > largest || value.isNaN {
              largest = value
              place = line * width + pixel
            }
          }
        }
        unsafe to[position] = largest
        unsafe places?[position] = Int32(truncatingIfNeeded: place)
        position += 1
      }
    }
  }

  /// The mean of each channel over height and width, summed in float64.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func average(_ input: Value) throws -> (Value, Pullback) {
    let output = Value([input.batch, input.channels], in: memory)
    let (shape, plane) = (input.shape, input.plane)
    parallel.forEach(output.count) { _, range in
      for position in range {
        var sum = 0.0
        for index in position * plane..<(position + 1) * plane {
          unsafe sum += Double(input.values[index])
        }
        unsafe output.values[position] = Scalar(sum / Double(plane))
      }
    }
    guard isRecording else { return (output, unrecorded()) }
    return (
      output,
      { gradient in
        let result = Value(shape, in: self.memory)
        self.parallel.forEach(gradient.count) { _, range in
          for position in range {
            unsafe (result.values + position * plane).initialize(
              repeating: gradient.values[position] / Scalar(plane), count: plane)
          }
        }
        return result
      }
    )
  }
}
