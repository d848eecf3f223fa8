#if ONEDNN
  /// How pictures of sixteens of channels are cut into pieces of work.
  ///
  /// The cut depends on the shape alone, so that sums have the same bits whatever the threads.
  struct OneDNNTiling {
    /// Pictures.
    let pictures: Int
    /// Groups of sixteen channels.
    let blocks: Int
    /// Pixels of a picture.
    let pixels: Int

    /// Pictures of a piece: enough that a piece is worth the trouble.
    private var picturesOfPiece: Int { max(1, 512 / max(1, pixels)) }
    private var groups: Int { (pictures + picturesOfPiece - 1) / picturesOfPiece }

    /// Pixels that are summed in float32 before they are added in float64.
    static var tile: Int { 128 }

    /// Calls `body` with a group of channels and the pixels of one picture after the other: where they
    /// begin, in sixteens, and how many there are.
    func forEachPlane(
      on team: OneDNNTeam, _ body: (_ block: Int, _ start: Int, _ count: Int) -> Void
    ) {
      team.share(groups * blocks) { items in
        for item in items {
          let block = item % blocks
          for picture in piece(item / blocks) {
            body(block, (picture * blocks + block) * pixels, pixels)
          }
        }
      }
    }

    /// Adds up two sums a channel over tiles of at most `tile` pixels.
    ///
    /// - Parameter body: given a group of channels, the tile's first pixel, in sixteens, and its
    ///   pixels, the two sums of the tile.
    func addUp(
      into sums: inout OneDNNSums, on team: OneDNNTeam,
      _ body: (_ block: Int, _ start: Int, _ count: Int) -> (OneDNNVector, OneDNNVector)
    ) {
      let pieces = groups * blocks
      let partial = UnsafeMutablePointer<SIMD16<Double>>.allocate(capacity: pieces * 2)
      partial.initialize(repeating: .zero, count: pieces * 2)
      defer { partial.deallocate() }
      nonisolated(unsafe) let results = partial
      team.share(pieces) { items in
        for item in items {
          let block = item % blocks
          var (first, second) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
          for picture in piece(item / blocks) {
            let plane = (picture * blocks + block) * pixels
            for start in stride(from: 0, to: pixels, by: Self.tile) {
              let (one, two) = body(block, plane + start, min(Self.tile, pixels - start))
              first += SIMD16<Double>(one)
              second += SIMD16<Double>(two)
            }
          }
          results[item * 2] = first
          results[item * 2 + 1] = second
        }
      }
      for item in 0..<pieces {
        let channel = item % blocks * 16
        for lane in 0..<16 {
          sums.first[channel + lane] += partial[item * 2][lane]
          sums.second[channel + lane] += partial[item * 2 + 1][lane]
        }
      }
    }

    private func piece(_ group: Int) -> Range<Int> {
      group * picturesOfPiece..<min(pictures, (group + 1) * picturesOfPiece)
    }
  }
#endif
