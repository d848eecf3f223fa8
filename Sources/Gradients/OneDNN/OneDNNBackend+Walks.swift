#if ONEDNN
  /// Walks of the kernels over some pictures of a value, on the threads of the team.
  extension OneDNNBackend {
    /// Batch norm of pictures that begin at `source`.
    func normalise(
      _ value: OneDNNValue, _ range: Range<Int>, _ source: UnsafeMutableRawPointer,
      _ norm: OneDNNNormalisation, to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(range.count).forEachPlane(on: team) { block, start, count in
          Kernels.normalise(source, .init(norm, block), to: result, start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// The gradient in front of a batch norm, of the one behind it.
    func unnormalise(
      _ value: OneDNNValue, _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer,
      _ source: UnsafeMutableRawPointer, _ norm: OneDNNNormalisation, _ back: OneDNNNormGradient,
      to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(range.count).forEachPlane(on: team) { block, start, count in
          Kernels.unnormalise(
            gradient, source, .init(norm, block),
            (back.factor[block], back.slope[block], back.offset[block]), to: result, start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// left + right, 0 where `output` is.
    func addGradients(
      _ value: OneDNNValue, _ range: Range<Int>, _ left: UnsafeMutableRawPointer,
      _ right: UnsafeMutableRawPointer?, where output: UnsafeMutableRawPointer?,
      to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(range.count).forEachPlane(on: team) { _, start, count in
          Kernels.addGradients(left, right, where: output, to: result, start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// left + right, each perhaps behind a batch norm, and perhaps a ReLU.
    func add(
      _ value: OneDNNValue, _ left: UnsafeMutableRawPointer, _ leftNorm: OneDNNNormalisation?,
      _ right: UnsafeMutableRawPointer, _ rightNorm: OneDNNNormalisation?, rectifies: Bool,
      to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(value.batch).forEachPlane(on: team) { block, start, count in
          Kernels.add(
            left, leftNorm.map { .init($0, block) }, right, rightNorm.map { .init($0, block) },
            rectifies: rectifies, to: result, start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// Adds the sums over pictures of a layer's result that begin at `source`.
    func gather(
      _ value: OneDNNValue, _ range: Range<Int>, _ source: UnsafeMutableRawPointer,
      into sums: inout OneDNNSums
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        if sums.shift.isEmpty {
          sums.shift = (0..<value.blocks).map { Lanes.load(source, $0 * value.pixels) }
        }
        let shift = sums.shift
        value.tiling(range.count).addUp(into: &sums, on: team) { block, start, count in
          Kernels.sums(of: source, shift: shift[block], start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// Adds the sums that a batch norm needs of a gradient behind it.
    func reduce(
      _ value: OneDNNValue, _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer,
      _ source: UnsafeMutableRawPointer, _ norm: OneDNNNormalisation, into sums: inout OneDNNSums
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(range.count).addUp(into: &sums, on: team) { block, start, count in
          Kernels.gradientSums(gradient, source, .init(norm, block), start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// `addGradients` over all pictures and, while the result is in the cache, `reduce`.
    func addAndReduce(
      _ value: OneDNNValue, _ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer?,
      where output: UnsafeMutableRawPointer?, _ source: UnsafeMutableRawPointer,
      _ norm: OneDNNNormalisation, to result: UnsafeMutableRawPointer,
      into sums: inout OneDNNSums
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        typealias Kernels = OneDNNKernels<Lanes>
        value.tiling(value.batch).addUp(into: &sums, on: team) { block, start, count in
          Kernels.addGradients(left, right, where: output, to: result, start, count)
          return Kernels.gradientSums(result, source, .init(norm, block), start, count)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// max(x, 0).
    func rectify(
      _ value: OneDNNValue, _ source: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        value.tiling(value.batch).forEachPlane(on: team) { _, start, count in
          for pixel in start..<start + count {
            Lanes.store(
              OneDNNKernels<Lanes>.rectified(Lanes.load(source, pixel)), result, pixel)
          }
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// The mean of the pixels of each picture, in float32 however they are stored.
    func average(
      _ value: OneDNNValue, _ source: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        let pixels = value.pixels
        value.tiling(value.batch).forEachPlane(on: team) { _, start, count in
          var sum = OneDNNVector.zero
          for pixel in start..<start + count { sum += Lanes.load(source, pixel) }
          OneDNNFloat32.store(sum / Float(pixels), result, start / pixels)
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }

    /// The gradient of pixels of which that of the mean is known.
    func spread(
      _ value: OneDNNValue, _ gradient: UnsafeMutableRawPointer,
      to result: UnsafeMutableRawPointer
    ) {
      func walk<Lanes: OneDNNLanes>(_: Lanes.Type) {
        let pixels = value.pixels
        value.tiling(value.batch).forEachPlane(on: team) { _, start, count in
          let share = OneDNNFloat32.load(gradient, start / pixels) / Float(pixels)
          for pixel in start..<start + count { Lanes.store(share, result, pixel) }
        }
      }
      value.type == .float32 ? walk(OneDNNFloat32.self) : walk(OneDNNBFloat16.self)
    }
  }
#endif
