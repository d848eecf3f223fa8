/// A tensor of a network that training changes, and the gradient of the loss with respect to it.
///
/// Parameters belong to one thread: the one that trains.
///
/// Safe, since it owns the memory of values and gradient; going through them is unsafe.
@safe
public final class Parameter<Scalar: TrainingScalar> {
  /// The native name: `online/encoder/stem/conv/weight`.
  public let path: String
  /// The native order of axes: OIHW, [out, in], [C].
  public let shape: [Int]
  /// The values, row-major, at a multiple of 64 bytes.
  public let values: UnsafeMutableBufferPointer<Scalar>
  /// The sum of the gradients of the passes since `clear()`, in the layout of `values`; a pullback
  /// adds to it.
  public let gradient: UnsafeMutableBufferPointer<Scalar>

  /// A parameter of the given values, without a gradient so far.
  ///
  /// - Parameter isTrained: whether it has room for a gradient; where it has none, `gradient` is empty.
  public init(_ path: String, shape: [Int], values: [Scalar], isTrained: Bool = true) {
    precondition(shape.reduce(1, *) == values.count, "\(path): \(values.count) values for \(shape)")
    self.path = path
    self.shape = shape
    unsafe self.values = Self.memory(values.count)
    unsafe gradient = Self.memory(isTrained ? values.count : 0)
    _ = unsafe self.values.update(fromContentsOf: values)
  }

  deinit {
    unsafe values.baseAddress.map { unsafe UnsafeMutableRawPointer($0).deallocate() }
    unsafe gradient.baseAddress.map { unsafe UnsafeMutableRawPointer($0).deallocate() }
  }

  /// The number of values.
  public var count: Int { unsafe values.count }
  /// Whether a pass computes its gradient.
  public var isTrained: Bool { unsafe gradient.count == values.count && !values.isEmpty }

  /// Sets the gradient to zero.
  public func clear() { unsafe gradient.update(repeating: 0) }

  private static func memory(_ count: Int) -> UnsafeMutableBufferPointer<Scalar> {
    guard count > 0 else { return unsafe UnsafeMutableBufferPointer(start: nil, count: 0) }
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Scalar>.stride, alignment: 64)
    let memory = unsafe bytes.bindMemory(to: Scalar.self, capacity: count)
    unsafe memory.initialize(repeating: 0, count: count)
    return unsafe UnsafeMutableBufferPointer(start: memory, count: count)
  }
}
