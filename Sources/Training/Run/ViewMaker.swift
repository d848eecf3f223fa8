import Gradients
import Images
import Synchronization
import Tensors

/// Makes the two augmented views of a batch from pictures.
///
/// A batch is a function of its position: its pictures come from the order, their draws from a stream
/// of their own. A picture that cannot be read is replaced by the next readable one of the epoch's
/// order (behind the last one the first), under the draws of the place that it fills.
final class ViewMaker: Sendable {
  let data: any Dataset
  let order: DataOrder
  let augmentation: Augmentation
  let normalisation: Normalisation
  private let hasLabels: Bool
  private let current = Mutex<(epoch: Int, pictures: [Int])>((-1, []))
  private let damage = Mutex<[Int: CorruptPicture]>([:])

  init(
    _ data: any Dataset, order: DataOrder, augmentation: Augmentation,
    normalisation: Normalisation
  ) {
    self.data = data
    self.order = order
    self.augmentation = augmentation
    self.normalisation = normalisation
    hasLabels = !data.classes.isEmpty
  }

  /// Pictures that could not be read so far, in the order of the data.
  var corrupt: [CorruptPicture] {
    damage.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// The views at a position; safe from several threads.
  func views(at position: Int) throws -> Views {
    let (epoch, batch) = order.place(of: position)
    let pictures = order(of: epoch)
    var first: [FloatPicture] = []
    var second: [FloatPicture] = []
    var labels: [Int] = []
    for place in batch * order.batch..<(batch + 1) * order.batch {
      let (index, picture) = try readable(pictures, from: place)
      for view in 0..<2 {
        var generator = order.generator(epoch: epoch, place: place, view: view)
        let draws = augmentation.draw(
          view: view, width: picture.width, height: picture.height, using: &generator)
        let made = try augmentation.apply(draws, to: picture)
        if view == 0 { first.append(made) } else { second.append(made) }
      }
      if hasLabels { labels.append(data.label(index) ?? -1) }
    }
    return Views(
      first: try Batch(first, normalisation), second: try Batch(second, normalisation),
      labels: labels)
  }

  /// An epoch's order; the last one asked for is kept.
  private func order(of epoch: Int) -> [Int] {
    current.withLock { kept in
      if kept.epoch != epoch { kept = (epoch, order.pictures(inEpoch: epoch)) }
      return kept.pictures
    }
  }

  /// The first picture that can be read, from a place of the order on.
  private func readable(_ pictures: [Int], from place: Int) throws -> (Int, Picture) {
    for step in 0..<pictures.count {
      let index = pictures[(place + step) % pictures.count]
      if damage.withLock({ $0[index] != nil }) { continue }
      do {
        return (index, try data.picture(index))
      } catch let failure as Failure where failure.kind == .badInput {
        damage.withLock {
          $0[index] = CorruptPicture(name: data.name(index), reason: failure.message)
        }
      }
    }
    let first = corrupt.first
    throw Failure(
      .badInput, file: first?.name,
      "no picture can be read; of this one: \(first?.reason ?? "nothing is known")")
  }
}
