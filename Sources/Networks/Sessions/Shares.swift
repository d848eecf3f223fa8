/// How the pictures of a batch are shared among threads.
///
/// Whole pictures side by side, a thread each, need no waiting between layers, and their activations
/// stay in the thread's own cache; only where fewer are left than keep the threads busy do all
/// threads work on the same layers.
struct Shares: Equatable {
  /// Ranges that run side by side, a thread each.
  let sideBySide: [Range<Int>]
  /// Pictures of such a range; the last may be shorter.
  let part: Int
  /// Ranges that run one after another, all threads on each.
  let together: [Range<Int>]

  /// Pixels of the pictures that run in one go on a thread: one of 224x224.
  private static let pixels = 224 * 224

  /// Below this share of its time a thread that waits costs more than sharing layers does.
  private static let leastUse = 0.75

  /// Shares of a batch.
  init(of pictures: Pictures, threads: Int) {
    self.init(count: pictures.count, pixels: pictures.height * pictures.width, threads: threads)
  }

  /// Shares of `count` pictures of so many pixels.
  init(count: Int, pixels: Int, threads: Int) {
    let most = max(1, Self.pixels / max(1, pixels))
    let rounds = (count + most * threads - 1) / (most * threads)
    let part = max(1, (count + rounds * threads - 1) / max(1, rounds * threads))
    self.part = part
    let rest = count % (part * threads)
    let restIsShared = Double(rest) < Self.leastUse * Double(part * threads) && threads > 1
    let alone = restIsShared ? count - rest : count
    sideBySide = stride(from: 0, to: alone, by: part).map { $0..<min($0 + part, count) }
    together = stride(from: alone, to: count, by: part).map { $0..<min($0 + part, count) }
  }
}
