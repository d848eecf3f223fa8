import Tensors

/// The elements of a float32 tensor times a number, each rounded once, made when they are asked for:
/// a whole optimiser's state need not be in memory.
struct ScaledBytes: ByteSource {
  let base: Tensor
  let factor: Double

  var count: Int { base.byteCount }
  var fileName: String? { nil }

  func resolved() throws -> any ByteSource { HeapBytes(try product()) }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe product().withUnsafeBytes(body)
  }

  private func product() throws -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(base.byteCount)
    for value in try base.floats() {
      let product = Float(Double(value) * factor)
      unsafe withUnsafeBytes(of: product.bitPattern.littleEndian) {
        unsafe bytes.append(contentsOf: $0)
      }
    }
    return bytes
  }
}

extension Tensor {
  /// The float32 elements times a number, each rounded once; they are computed when they are read.
  ///
  /// - Throws: `Failure` (`badInput`) where they are not float32.
  public func multiplied(by factor: Double) throws -> Tensor {
    guard elementType == .float32 else {
      throw Failure(expected: "float32 buffers", found: elementType.rawValue)
    }
    return try Tensor(elementType, shape: shape, source: ScaledBytes(base: self, factor: factor))
  }
}
