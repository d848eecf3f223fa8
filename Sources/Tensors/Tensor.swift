/// A value of many elements whose bytes are read on demand: a strided view of a `ByteSource`.
///
/// Permuting, slicing and dropping axes of length 1 make views; nothing is copied until the bytes
/// are asked for, and then in slabs. `withBytes`, `forEachSlab`, `floats` and `doubles` all give
/// the elements in row-major order, little-endian, whatever the source's order is.
public struct Tensor: Sendable {
  /// The type of the elements.
  public let elementType: ElementType
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// How the source keeps the tensor, and a writer that can should keep it too.
  public var layout: StoredLayout

  let source: any ByteSource
  /// Byte offset of the first element in `source`.
  let offset: Int
  /// Elements between neighbours along each axis.
  let strides: [Int]
  /// Whether the source's elements are big-endian.
  let isBigEndian: Bool

  /// A view of `source`.
  ///
  /// - Parameters:
  ///   - strides: in elements, one per axis, none negative; row-major where nil.
  ///   - offset: of the first element, in bytes.
  /// - Throws: `Failure` where an element would lie outside the source, or sizes overflow.
  public init(
    _ elementType: ElementType, shape: [Int], strides: [Int]? = nil, offset: Int = 0,
    bigEndian: Bool = false, source: any ByteSource
  ) throws {
    guard let count = Tensor.elementCount(of: shape),
      let bytes = Tensor.product(count, elementType.byteCount)
    else {
      throw Failure(.badInput, "a tensor of shape \(shape) has more elements than can be counted")
    }
    let rowMajor = Tensor.rowMajorStrides(shape)
    let strides = strides ?? rowMajor
    guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
      throw Failure(.badInput, "strides \(strides) do not fit the shape \(shape)")
    }
    if count > 0 {
      var last = 0
      for (length, stride) in zip(shape, strides) {
        guard let step = Tensor.product(length - 1, stride) else {
          throw Failure(.badInput, "strides \(strides) overflow")
        }
        let (sum, overflow) = last.addingReportingOverflow(step)
        guard !overflow else { throw Failure(.badInput, "strides \(strides) overflow") }
        last = sum
      }
      let (elements, overflow) = last.addingReportingOverflow(1)
      guard !overflow, let extent = Tensor.product(elements, elementType.byteCount),
        extent <= source.count, offset <= source.count - extent
      else {
        throw Failure(
          expected: "\(bytes) bytes for \(elementType.rawValue) \(shape) at byte \(offset)",
          found: "\(source.count) bytes in all")
      }
    }
    self.elementType = elementType
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.isBigEndian = bigEndian && elementType.byteCount > 1
    self.source = source
    let columnMajor = Tensor.columnMajorStrides(shape)
    layout = StoredLayout(
      order: Tensor.sameLayout(strides, rowMajor, shape)
        ? .rowMajor
        : Tensor.sameLayout(strides, columnMajor, shape) ? .columnMajor : .strided(strides),
      isBigEndian: self.isBigEndian)
  }

  /// A tensor of the given bytes: row-major, little-endian.
  public init(_ elementType: ElementType, shape: [Int], bytes: [UInt8]) throws {
    try self.init(elementType, shape: shape, source: HeapBytes(bytes))
  }

  private init(view base: Tensor, shape: [Int], strides: [Int]) {
    elementType = base.elementType
    self.shape = shape
    self.strides = strides
    offset = base.offset
    isBigEndian = base.isBigEndian
    source = base.source
    layout = StoredLayout()
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The number of bytes the elements need.
  public var byteCount: Int { count * elementType.byteCount }

  /// Whether the elements lie in the source in row-major, little-endian order without gaps.
  public var isContiguous: Bool {
    !isBigEndian && Tensor.sameLayout(strides, Tensor.rowMajorStrides(shape), shape)
  }

  /// The view whose axis `k` is this tensor's axis `axes[k]`; `axes` must be a permutation.
  public func permuted(_ axes: [Int]) -> Tensor {
    precondition(axes.sorted() == Array(shape.indices), "\(axes) is no permutation of \(shape)")
    return Tensor(view: self, shape: axes.map { shape[$0] }, strides: axes.map { strides[$0] })
  }

  /// The view without its last `count` axes, which must have length 1.
  ///
  /// - Throws: `Failure` where one of them is longer.
  public func droppingTrailing(_ count: Int) throws -> Tensor {
    guard shape.suffix(count).allSatisfy({ $0 == 1 }) else {
      throw Failure(expected: "\(count) last axes of length 1", found: "shape \(shape)")
    }
    return Tensor(
      view: self, shape: Array(shape.dropLast(count)), strides: Array(strides.dropLast(count)))
  }

  /// The view whose axes are this tensor's, or new ones of length 1 where an entry is nil.
  public func insertingAxes(at axes: [Int?]) -> Tensor {
    Tensor(
      view: self, shape: axes.map { $0.map { shape[$0] } ?? 1 },
      strides: axes.map { $0.map { strides[$0] } ?? 0 })
  }

  /// The view of the rows `range` of the first axis.
  public func rows(_ range: Range<Int>) throws -> Tensor {
    guard let first = shape.first, range.lowerBound >= 0, range.upperBound <= first else {
      throw Failure(.usage, "rows \(range) lie outside the shape \(shape)")
    }
    return try Tensor(
      elementType, shape: [range.count] + shape.dropFirst(), strides: strides,
      offset: offset + range.lowerBound * strides[0] * elementType.byteCount,
      bigEndian: isBigEndian, source: source)
  }

  /// The same elements over a source that is cheap to read at random.
  func resolved() throws -> Tensor {
    let resolved: any ByteSource
    do {
      resolved = try source.resolved()
    } catch let failure as Failure {
      throw source.fileName.map { failure.of(file: $0) } ?? failure
    }
    var copy = try Tensor(
      elementType, shape: shape, strides: strides, offset: offset, bigEndian: isBigEndian,
      source: resolved)
    copy.layout = layout
    return copy
  }

  /// Elements between neighbours along each axis of a tensor in row-major order.
  public static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* max(shape[axis + 1], 1)
    }
    return strides
  }

  static func columnMajorStrides(_ shape: [Int]) -> [Int] {
    Array(rowMajorStrides(shape.reversed()).reversed())
  }

  /// Whether two sets of strides reach the same elements of a tensor of that shape.
  static func sameLayout(_ left: [Int], _ right: [Int], _ shape: [Int]) -> Bool {
    shape.contains(0) || zip(zip(left, right), shape).allSatisfy { $0.0 == $0.1 || $1 <= 1 }
  }

  /// The number of elements of a tensor of that shape, or nil where it cannot be counted.
  public static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    var isEmpty = false
    for length in shape {
      guard length >= 0 else { return nil }
      if length == 0 {
        isEmpty = true
        continue
      }
      guard let next = product(count, length) else { return nil }
      count = next
    }
    return isEmpty ? 0 : count
  }

  private static func product(_ left: Int, _ right: Int) -> Int? {
    let (value, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : value
  }
}

/// How a file keeps a tensor's elements: their order and the order of their bytes.
public struct StoredLayout: Hashable, Sendable {
  /// The order of the elements.
  public enum Order: Hashable, Sendable {
    /// The last axis varies fastest: C.
    case rowMajor
    /// The first axis varies fastest: Fortran.
    case columnMajor
    /// Elements between neighbours along each axis.
    case strided([Int])
  }

  /// The order of the elements.
  public var order: Order
  /// Whether the elements' bytes are big-endian.
  public var isBigEndian: Bool
  /// Tensors of one archive with the same number are one tensor there under several names.
  ///
  /// Nil where a tensor has one name. A writer whose format can share writes them once.
  public var sharing: Int?

  /// Row-major, little-endian and under one name, unless said otherwise.
  public init(order: Order = .rowMajor, isBigEndian: Bool = false, sharing: Int? = nil) {
    self.order = order
    self.isBigEndian = isBigEndian
    self.sharing = sharing
  }
}
