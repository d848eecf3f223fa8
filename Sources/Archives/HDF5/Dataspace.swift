import Tensors

/// The lengths of the axes of a dataset or attribute.
struct Dataspace {
  /// The length of each axis; empty for a scalar.
  let shape: [Int]

  /// Reads and checks a dataspace message, which must be all that `fields` holds.
  init(_ message: Fields) throws {
    var fields = message
    let version: UInt8 = try fields.next()
    let rank: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    let type: UInt8 = try fields.next()
    try fields.require(
      version == 2 && flags <= (rank == 0 ? 0 : 1) && type == (rank == 0 ? 0 : 1)
        && rank <= NativeLayout.axisLimit,
      .dataspace, expected: "a scalar or simple dataspace of version 2",
      found: "version \(version), rank \(rank), flags \(flags), type \(type)")
    let lengths: [UInt64] = try (0..<rank).map { _ in try fields.next() }
    if flags & 1 != 0 {
      let maxima: [UInt64] = try (0..<rank).map { _ in try fields.next() }
      try fields.require(
        maxima == lengths, .dataspaceMaximum, goingOn: true,
        expected: "axes that cannot grow: \(lengths)",
        found: "\(maxima)")
    }
    try fields.finish()
    let shape = lengths.compactMap { Int(exactly: $0) }
    try fields.require(
      shape.count == lengths.count, .elementCount, expected: "lengths that can be counted",
      found: "\(lengths)")
    self.shape = shape
  }

  /// The number of bytes of that many elements of `width` bytes each.
  func byteCount(of width: Int, _ message: Fields) throws -> Int {
    guard let count = Tensor.elementCount(of: shape) else {
      throw message.subject.failure(
        .elementCount, at: message.position, expected: "a number of elements that can be counted",
        found: "shape \(shape)")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
    try message.require(
      !overflow, .elementCount, expected: "a number of bytes that can be counted",
      found: "shape \(shape)")
    return bytes
  }
}
