import Tensors

/// In which order pictures come: every epoch once through all of them, shuffled anew.
///
/// An epoch's order follows from the seed and the epoch's number alone, so that a run that goes on
/// needs to know nothing but its position. The pictures that do not fill a batch at an epoch's end are
/// left out of that epoch.
public struct DataOrder: Hashable, Sendable {
  /// The number of pictures.
  public let count: Int
  /// Pictures of a batch.
  public let batch: Int
  /// Where the shuffling begins.
  public let seed: UInt64

  /// The order of `count` pictures in batches.
  ///
  /// - Throws: `Failure` (`badInput`) where they do not fill one batch; (`usage`) where a batch is
  ///   smaller than 2, with which batch norm has nothing to normalise by.
  public init(count: Int, batch: Int, seed: UInt64) throws {
    guard batch >= 2 else {
      throw Failure(.usage, "batch norm needs batches of 2 pictures or more, not of \(batch)")
    }
    guard count >= batch else {
      throw Failure(
        expected: "pictures for a batch of \(batch) (--batch takes a smaller one)",
        found: "\(count)")
    }
    self.count = count
    self.batch = batch
    self.seed = seed
  }

  /// Batches of an epoch.
  public var batchesPerEpoch: Int { count / batch }

  /// The epoch of the batch at `position`, and the batch's number in it.
  public func place(of position: Int) -> (epoch: Int, batch: Int) {
    let (epoch, batch) = position.quotientAndRemainder(dividingBy: batchesPerEpoch)
    return (epoch, batch)
  }

  /// All pictures in the order of that epoch (Fisher and Yates' shuffle).
  public func pictures(inEpoch epoch: Int) -> [Int] {
    var generator = SplitMix64(seed: seed, for: Purpose.order, UInt64(epoch))
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, Int(generator.next(below: UInt64(last) + 1)))
    }
    return order
  }

  /// What random numbers are for; a word of `SplitMix64(seed:for:)`.
  enum Purpose {
    static let order: UInt64 = 1
    static let draws: UInt64 = 2
  }

  /// The generator of a view's draws: of the picture in that place of the epoch's order.
  public func generator(epoch: Int, place: Int, view: Int) -> SplitMix64 {
    SplitMix64(seed: seed, for: Purpose.draws, UInt64(epoch), UInt64(place), UInt64(view))
  }
}
