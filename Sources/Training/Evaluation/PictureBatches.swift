import Checkpoints
import Gradients
import Images
import Tensors

/// Pictures in batches, decoded and cut ahead on threads of their own.
final class PictureBatches {
  /// A batch, without the pictures that could not be read.
  struct Made: Sendable {
    /// Places of the pictures in the list.
    var places: [Int] = []
    /// The pictures as the network sees them; empty where none could be read.
    var pictures = Batch(shape: [0, 3, 0, 0], values: [])
    /// Those that could not be read.
    var corrupt: [CorruptPicture] = []
  }

  /// Pictures of a batch; the last one may have fewer.
  let size: Int
  /// The number of batches.
  let count: Int
  private let ahead: Prefetcher<Made>

  /// Batches of pictures.
  ///
  /// - Parameters:
  ///   - order: places in `pictures`, in the order in which they come; nil for all in turn.
  ///   - cut: makes of a picture what the network sees, before normalisation; it is given the place of
  ///     the picture in the order.
  init(
    _ pictures: LabelledPictures, order: [Int]? = nil, _ normalisation: Normalisation, size: Int,
    workers: Int = 2, _ cut: @escaping @Sendable (Picture, Int) throws -> FloatPicture
  ) {
    let order = order ?? Array(pictures.indices.indices)
    self.size = size
    count = (order.count + size - 1) / size
    ahead = Prefetcher(workers: workers) { position in
      var made = Made()
      var cuts: [FloatPicture] = []
      // The threads work ahead, also beyond the end.
      for turn in order.indices.clamped(to: position * size..<(position + 1) * size) {
        let place = order[turn]
        do {
          cuts.append(try cut(pictures.source.picture(pictures.indices[place]), turn))
          made.places.append(place)
        } catch let failure as Failure where failure.kind == .badInput {
          made.corrupt.append(
            CorruptPicture(name: pictures.name(place), reason: failure.message))
        }
      }
      if !cuts.isEmpty { made.pictures = try Batch(cuts, normalisation) }
      return made
    }
  }

  /// A batch; they are quickest in turn.
  subscript(position: Int) -> Made { get throws { try ahead.item(at: position) } }

  /// Ends the threads.
  func stop() { ahead.stop() }
}
