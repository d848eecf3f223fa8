/// Where activations lie in one piece of memory, so that those that are needed at different times
/// share it.
///
/// Greedy by size: the largest first, each at the lowest place where nothing that lives with it lies
/// (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference").
struct BufferPlan {
  /// The first byte of each activation, a multiple of `alignment`.
  let offsets: [Int]
  /// The bytes of all.
  let size: Int

  /// Where the processor's lines begin.
  static let alignment = 64

  /// A plan.
  ///
  /// - Parameters:
  ///   - sizes: the bytes of each activation.
  ///   - lifetimes: from which step to which each is needed.
  init(sizes: [Int], lifetimes: [ClosedRange<Int>]) {
    precondition(sizes.count == lifetimes.count, "a lifetime for every size")
    var offsets = [Int](repeating: 0, count: sizes.count)
    var placed: [Int] = []
    var end = 0
    for activation in sizes.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
      let length = Self.aligned(sizes[activation])
      var offset = 0
      for other in placed where lifetimes[other].overlaps(lifetimes[activation]) {
        if offset + length <= offsets[other] { break }
        offset = max(offset, offsets[other] + Self.aligned(sizes[other]))
      }
      offsets[activation] = offset
      end = max(end, offset + length)
      placed.insert(
        activation, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
    }
    self.offsets = offsets
    size = end
  }

  private static func aligned(_ size: Int) -> Int {
    (max(size, 1) + alignment - 1) / alignment * alignment
  }
}
