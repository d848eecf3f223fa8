#if ONEDNN
  /// What is computed beside the library's operations, sixteen channels at a time; each reads and
  /// writes `count` pixels from `start` on.
  enum OneDNNKernels<Lanes: OneDNNLanes> {
    /// Numbers per channel for sixteen channels of a batch norm.
    struct Norm {
      let mean: OneDNNVector
      let factor: OneDNNVector
      let offset: OneDNNVector
      let rectifies: Bool

      @inline(__always)
      init(_ norm: OneDNNNormalisation, _ block: Int) {
        mean = norm.mean[block]
        factor = norm.factor[block]
        offset = norm.offset[block]
        rectifies = norm.rectifies
      }

      /// Behind the batch norm and before its ReLU.
      @inline(__always)
      func callAsFunction(_ centred: OneDNNVector) -> OneDNNVector { centred * factor + offset }
    }

    /// max(x, 0), and what is no number where x is none.
    @inline(__always)
    static func rectified(_ vector: OneDNNVector) -> OneDNNVector {
      vector.replacing(with: 0, where: vector .< 0)
    }

    /// The sums of x - shift and of its square.
    @inline(__always)
    static func sums(
      of source: UnsafeRawPointer, shift: OneDNNVector, _ start: Int, _ count: Int
    ) -> (OneDNNVector, OneDNNVector) {
      var (first, second) = (OneDNNVector.zero, OneDNNVector.zero)
      for pixel in start..<start &+ count {
        let centred = Lanes.load(source, pixel) - shift
        first += centred
        second += centred * centred
      }
      return (first, second)
    }

    /// Batch norm.
    @inline(__always)
    static func normalise(
      _ source: UnsafeRawPointer, _ norm: Norm, to result: UnsafeMutableRawPointer, _ start: Int,
      _ count: Int
    ) {
      for pixel in start..<start &+ count {
        let value = norm(Lanes.load(source, pixel) - norm.mean)
        Lanes.store(norm.rectifies ? rectified(value) : value, result, pixel)
      }
    }

    /// The sums of a gradient behind a batch norm and of its products with x - mean.
    @inline(__always)
    static func gradientSums(
      _ gradient: UnsafeRawPointer, _ source: UnsafeRawPointer, _ norm: Norm, _ start: Int,
      _ count: Int
    ) -> (OneDNNVector, OneDNNVector) {
      var (first, second) = (OneDNNVector.zero, OneDNNVector.zero)
      for pixel in start..<start &+ count {
        let centred = Lanes.load(source, pixel) - norm.mean
        var value = Lanes.load(gradient, pixel)
        if norm.rectifies { value.replace(with: 0, where: norm(centred) .<= 0) }
        first += value
        second += value * centred
      }
      return (first, second)
    }

    /// The gradient in front of a batch norm.
    @inline(__always)
    static func unnormalise(
      _ gradient: UnsafeRawPointer, _ source: UnsafeRawPointer, _ norm: Norm,
      _ back: (factor: OneDNNVector, slope: OneDNNVector, offset: OneDNNVector),
      to result: UnsafeMutableRawPointer, _ start: Int, _ count: Int
    ) {
      for pixel in start..<start &+ count {
        let centred = Lanes.load(source, pixel) - norm.mean
        var value = Lanes.load(gradient, pixel)
        if norm.rectifies { value.replace(with: 0, where: norm(centred) .<= 0) }
        Lanes.store(
          value * back.factor + (centred * back.slope + back.offset), result, pixel)
      }
    }

    /// left + right, where each may stand behind a batch norm, and a ReLU.
    @inline(__always)
    static func add(
      _ left: UnsafeRawPointer, _ leftNorm: Norm?, _ right: UnsafeRawPointer, _ rightNorm: Norm?,
      rectifies: Bool, to result: UnsafeMutableRawPointer, _ start: Int, _ count: Int
    ) {
      for pixel in start..<start &+ count {
        var one = Lanes.load(left, pixel)
        var two = Lanes.load(right, pixel)
        if let leftNorm {
          one = leftNorm(one - leftNorm.mean)
          if leftNorm.rectifies { one = rectified(one) }
        }
        if let rightNorm {
          two = rightNorm(two - rightNorm.mean)
          if rightNorm.rectifies { two = rectified(two) }
        }
        let sum = one + two
        Lanes.store(rectifies ? rectified(sum) : sum, result, pixel)
      }
    }

    /// left + right, 0 where `output` rests at 0 behind its ReLU.
    @inline(__always)
    static func addGradients(
      _ left: UnsafeRawPointer, _ right: UnsafeRawPointer?, where output: UnsafeRawPointer?,
      to result: UnsafeMutableRawPointer, _ start: Int, _ count: Int
    ) {
      for pixel in start..<start &+ count {
        var value = Lanes.load(left, pixel)
        if let right { value += Lanes.load(right, pixel) }
        if let output { value.replace(with: 0, where: Lanes.load(output, pixel) .<= 0) }
        Lanes.store(value, result, pixel)
      }
    }
  }
#endif
