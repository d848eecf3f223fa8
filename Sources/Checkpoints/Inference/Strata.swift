import Tensors

/// The parts of a sequence of tensors: copies of one network, and what stands between them.
///
/// Online network, target and an optimiser's buffers have tensors of the same shapes in the same order.
/// Each copy has one stem; from there the copies are followed to both sides as long as they agree.
struct Strata {
  /// Positions of each network's tensors, in the sequence's order.
  var copies: [Range<Int>]
  /// What no copy has, in runs.
  var rest: [Range<Int>]

  /// Splits a sequence; nil where its convolutions are not those of equal networks in turn.
  ///
  /// - Parameters:
  ///   - kernels: positions of the convolutions.
  ///   - count: the number of stems.
  init?(_ items: [UnknownTensor], kernels: [Int], count: Int) {
    guard count > 0, count <= 16, kernels.count % count == 0 else { return nil }
    let each = kernels.count / count
    let groups = (0..<count).map { Array(kernels[$0 * each..<($0 + 1) * each]) }
    let shapes = groups.map { $0.map { items[$0].tensor.shape } }
    guard shapes.allSatisfy({ $0 == shapes[0] }) else { return nil }
    let spans = groups.compactMap { group in
      group.first.flatMap { first in group.last.map { first..<$0 + 1 } }
    }
    self.init(Self.extended(spans, items), of: items.count)
  }

  private init(_ copies: [Range<Int>], of count: Int) {
    self.copies = copies
    rest = []
    var start = 0
    for copy in copies + [count..<count] {
      if start < copy.lowerBound { rest.append(start..<copy.lowerBound) }
      start = copy.upperBound
    }
  }

  /// The same with vectors at one end of each copy left to the rest, for every number of them.
  func cuts(_ items: [UnknownTensor]) -> [Strata] {
    func isWeight(_ position: Int) -> Bool {
      items[position].kind == .kernel || items[position].kind == .matrix
    }
    let heads = copies.map { $0.prefix { !isWeight($0) }.count }.min() ?? 0
    let tails = copies.map { $0.reversed().prefix { !isWeight($0) }.count }.min() ?? 0
    let cutHeads = (0..<heads).map { cut in
      Strata(copies.map { $0.lowerBound + cut + 1..<$0.upperBound }, of: items.count)
    }
    let cutTails = (0..<tails).map { cut in
      Strata(copies.map { $0.lowerBound..<$0.upperBound - cut - 1 }, of: items.count)
    }
    return cutHeads + cutTails
  }

  private static func extended(_ spans: [Range<Int>], _ items: [UnknownTensor]) -> [Range<Int>] {
    var copies = spans
    func isFree(_ position: Int) -> Bool {
      items.indices.contains(position) && !copies.contains { $0.contains(position) }
    }
    // Copies whose inner tensors agree are followed together; one alone takes all up to the others.
    var classes: [[[Int]]: [Int]] = [:]
    for (number, span) in spans.enumerated() {
      classes[items[span].map(\.signature), default: []].append(number)
    }
    for members in classes.values.sorted(by: { $0[0] < $1[0] }) {
      for side in [-1, 1] {
        while true {
          let next = members.map {
            side < 0 ? copies[$0].lowerBound - 1 : copies[$0].upperBound
          }
          guard Set(next).count == next.count, next.allSatisfy(isFree),
            next.allSatisfy({ items[$0].signature == items[next[0]].signature })
          else { break }
          for (member, position) in zip(members, next) {
            copies[member] =
              side < 0
              ? position..<copies[member].upperBound : copies[member].lowerBound..<position + 1
          }
        }
      }
    }
    return copies
  }
}
