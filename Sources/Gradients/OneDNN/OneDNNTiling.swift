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

    /// Calls `body` with a group of channels and the first pixel, in sixteens, of each picture.
    func forEachPlane(on team: OneDNNTeam, _ body: (_ block: Int, _ start: Int) -> Void) {
      team.share(groups * blocks) { items in
        for item in items {
          let block = item % blocks
          for picture in piece(item / blocks) { body(block, (picture * blocks + block) * pixels) }
        }
      }
    }

    /// Adds two sums a channel to `sums`.
    ///
    /// - Parameter body: given a group of channels, the first pixel of a picture, in sixteens, and a
    ///   place for two times sixteen sums, adds to them.
    func addUp(
      into sums: inout OneDNNSums, on team: OneDNNTeam,
      _ body: (_ block: Int, _ start: Int, _ sums: UnsafeMutablePointer<Double>) -> Void
    ) {
      let pieces = groups * blocks
      let partial = UnsafeMutablePointer<Double>.allocate(capacity: pieces * 32)
      unsafe partial.initialize(repeating: 0, count: pieces * 32)
      defer { unsafe partial.deallocate() }
      team.share(pieces) { items in
        for item in items {
          let block = item % blocks
          for picture in piece(item / blocks) {
            unsafe body(block, (picture * blocks + block) * pixels, partial + item * 32)
          }
        }
      }
      for item in 0..<pieces {
        let channel = item % blocks * 16
        for lane in 0..<16 {
          unsafe sums.first[channel + lane] += partial[item * 32 + lane]
          unsafe sums.second[channel + lane] += partial[item * 32 + 16 + lane]
        }
      }
    }

    private func piece(_ group: Int) -> Range<Int> {
      group * picturesOfPiece..<min(pictures, (group + 1) * picturesOfPiece)
    }
  }
#endif
