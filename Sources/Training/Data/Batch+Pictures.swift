import Gradients
import Images
import Tensors

extension Batch {
  /// Pictures of one size as a network sees them.
  ///
  /// - Throws: `Failure` (`usage`) where there is none, or they differ in size.
  public init(_ pictures: [FloatPicture], _ normalisation: Normalisation) throws {
    guard let first = pictures.first else { throw Failure(.usage, "a batch needs a picture") }
    if let other = pictures.first(where: { $0.width != first.width || $0.height != first.height }) {
      throw Failure(
        .usage,
        "pictures of a batch are of one size, not \(first.width) x \(first.height)"
          + " and \(other.width) x \(other.height)")
    }
    let size = first.values.count
    let values = unsafe [Float](unsafeUninitializedCapacity: pictures.count * size) {
      values, count in
      if let base = values.baseAddress {
        for (index, picture) in pictures.enumerated() {
          unsafe normalisation.write(picture, to: base + index * size)
        }
      }
      count = pictures.count * size
    }
    self.init(shape: [pictures.count, 3, first.height, first.width], values: values)
  }
}
