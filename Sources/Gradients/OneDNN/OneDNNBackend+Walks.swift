#if ONEDNN
  import COneDNN

  /// Walks of the kernels over some pictures of a value, on the threads of the team.
  extension OneDNNBackend {
    /// How the numbers of a value lie in memory.
    private func kind(_ value: OneDNNValue) -> lanes_kind {
      lanes_kind(half: value.type == .bfloat16, wide: isWide)
    }

    /// Batch norm of pictures that begin at `source`.
    func normalise(
      _ value: OneDNNValue, _ range: Range<Int>, _ source: UnsafeMutableRawPointer,
      _ norm: OneDNNNormalisation, to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      value.tiling(range.count).forEachPlane(on: team) { block, start in
        unsafe lanes_normalise(kind, source, norm.block(block), result, start, pixels)
      }
    }

    /// The gradient in front of a batch norm, of the one behind it.
    func unnormalise(
      _ value: OneDNNValue, _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer,
      _ source: UnsafeMutableRawPointer, _ norm: OneDNNNormalisation, _ back: OneDNNNormGradient,
      to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      value.tiling(range.count).forEachPlane(on: team) { block, start in
        unsafe lanes_unnormalise(
          kind, gradient, source, norm.block(block), back.block(block), result, start, pixels)
      }
    }

    /// left + right, each perhaps behind a batch norm, and perhaps a ReLU.
    func add(
      _ value: OneDNNValue, _ left: UnsafeMutableRawPointer, _ leftNorm: OneDNNNormalisation?,
      _ right: UnsafeMutableRawPointer, _ rightNorm: OneDNNNormalisation?, rectifies: Bool,
      to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      value.tiling(value.batch).forEachPlane(on: team) { block, start in
        unsafe withOptionalPointer(leftNorm?.block(block)) { before in
          unsafe withOptionalPointer(rightNorm?.block(block)) { beside in
            unsafe lanes_add(kind, left, before, right, beside, rectifies, result, start, pixels)
          }
        }
      }
    }

    /// max(x, 0).
    func rectify(
      _ value: OneDNNValue, _ source: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      let (zeros, ones) = (OneDNNChannels(zeros(16)), OneDNNChannels(zeros(16).map { $0 + 1 }))
      let norm = unsafe lanes_norm(
        mean: zeros.block(0), factor: ones.block(0), offset: zeros.block(0), rectifies: true)
      value.tiling(value.batch).forEachPlane(on: team) { _, start in
        unsafe lanes_normalise(kind, source, norm, result, start, pixels)
      }
      withExtendedLifetime((zeros, ones)) {}
    }

    /// left + right, 0 where `output` is; and the sums that a batch norm before it needs.
    ///
    /// - Parameter reducing: the batch norm, and where what it normalised begins.
    /// - Returns: the sums; 0 where none are wanted.
    @discardableResult
    func addGradients(
      _ value: OneDNNValue, _ range: Range<Int>, _ left: UnsafeMutableRawPointer,
      _ right: UnsafeMutableRawPointer?, where output: UnsafeMutableRawPointer?,
      to result: UnsafeMutableRawPointer,
      reducing: (norm: OneDNNNormalisation, source: UnsafeMutableRawPointer)? = nil
    ) -> OneDNNSums {
      let (kind, pixels) = (kind(value), value.pixels)
      var sums = OneDNNSums(channels: value.storedChannels)
      unsafe value.tiling(range.count).addUp(into: &sums, on: team) { block, start, sums in
        unsafe withOptionalPointer(reducing?.norm.block(block)) { norm in
          unsafe lanes_add_gradients(
            kind, left, right, output, result, norm, reducing?.source, start, pixels, sums)
        }
      }
      return sums
    }

    /// Adds the sums over pictures of a layer's result that begin at `source`.
    func gather(
      _ value: OneDNNValue, _ range: Range<Int>, _ source: UnsafeMutableRawPointer,
      into sums: inout OneDNNSums
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      let shift =
        sums.shift
        ?? OneDNNChannels(
          (0..<value.storedChannels).map { channel in
            unsafe Double(value.type.load(source, (channel / 16 * pixels * 16) + channel % 16))
          })
      sums.shift = shift
      unsafe value.tiling(range.count).addUp(into: &sums, on: team) { block, start, sums in
        unsafe lanes_sums(kind, source, shift.block(block), start, pixels, sums)
      }
    }

    /// Adds the sums that a batch norm needs of a gradient behind it.
    func reduce(
      _ value: OneDNNValue, _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer,
      _ source: UnsafeMutableRawPointer, _ norm: OneDNNNormalisation, into sums: inout OneDNNSums
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      unsafe value.tiling(range.count).addUp(into: &sums, on: team) { block, start, sums in
        unsafe lanes_gradient_sums(kind, gradient, source, norm.block(block), start, pixels, sums)
      }
    }

    /// The mean of the pixels of each picture, in float32 however they are stored.
    func average(
      _ value: OneDNNValue, _ source: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      let zeros = OneDNNChannels(zeros(16))
      let means = unsafe result.assumingMemoryBound(to: Float.self)
      value.tiling(value.batch).forEachPlane(on: team) { _, start in
        unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 32) { sums in
          unsafe sums.initialize(repeating: 0)
          unsafe lanes_sums(kind, source, zeros.block(0), start, pixels, sums.baseAddress)
          for lane in 0..<16 {
            unsafe means[start / pixels * 16 + lane] = Float(sums[lane] / Double(pixels))
          }
        }
      }
    }

    /// The gradient of pixels of which that of the mean is known.
    func spread(
      _ value: OneDNNValue, _ gradient: UnsafeMutableRawPointer,
      to result: UnsafeMutableRawPointer
    ) {
      let (kind, pixels) = (kind(value), value.pixels)
      let given = unsafe gradient.assumingMemoryBound(to: Float.self)
      value.tiling(value.batch).forEachPlane(on: team) { _, start in
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { shares in
          for lane in 0..<16 {
            unsafe shares.initializeElement(
              at: lane, to: given[start / pixels * 16 + lane] / Float(pixels))
          }
          unsafe lanes_fill(kind, shares.baseAddress, result, start, pixels)
        }
      }
    }

    private func zeros(_ count: Int) -> [Double] { Array(repeating: 0, count: count) }
  }

  /// Calls `body` with a pointer to the value, or with none where there is none.
  @inline(__always)
  private func withOptionalPointer<Value>(
    _ value: Value?, _ body: (UnsafePointer<Value>?) -> Void
  ) {
    guard let value else { return body(nil) }
    unsafe withUnsafePointer(to: value) { unsafe body($0) }
  }
#endif
