import CHDF5

/// The shape of a dataset or an attribute.
struct Dataspace {
  /// The length of each axis; nil of HDF5's null dataspace, which has no elements at all.
  let shape: [UInt64]?

  /// A shape.
  init(_ shape: [UInt64]) { self.shape = shape }

  /// The shape that an open dataspace has.
  init(_ space: hid_t, at place: String) throws {
    switch H5Sget_simple_extent_type(space) {
    case H5S_NULL: shape = nil
    case H5S_SCALAR: shape = []
    case H5S_SIMPLE:
      let rank = try check(H5Sget_simple_extent_ndims(space), "count the axes", at: place)
      guard (1...32).contains(rank) else {
        throw Refusal(place, expected: "1 to 32 axes", found: "\(rank)")
      }
      var lengths = [hsize_t](repeating: 0, count: Int(rank))
      try unsafe check(H5Sget_simple_extent_dims(space, &lengths, nil), "read the shape", at: place)
      shape = lengths.map { UInt64($0) }
    default: throw Refusal(place, expected: "a shape", found: "none")
    }
  }

  /// The bytes of so many elements of `size` bytes each.
  ///
  /// - Throws: `Refusal` where they are more than `limit`.
  func byteCount(of size: Int, limit: Int, at place: String) throws -> Int {
    guard let shape else { return 0 }
    if shape.contains(0) { return 0 }
    var count = size
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(clamping: length))
      guard !overflow, product <= limit else {
        throw Refusal(
          place, expected: "at most \(limit) bytes",
          found: "the shape \(shape) of \(size) bytes each"
        )
      }
      count = product
    }
    return count
  }
}
