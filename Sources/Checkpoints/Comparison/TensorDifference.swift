import Tensors

/// How far the numbers of two tensors of one shape lie apart; A is the reference.
public struct TensorDifference: Codable, Hashable, Sendable {
  /// Elements that are other numbers; NaN counts as one number.
  public var differing: Int
  /// Elements of which one is finite and the other is not, or which are other infinities.
  public var notFinite: Int
  /// max|a - b| over the elements that are finite in both.
  public var maxAbs: Double
  /// max|a - b| / max|a|; absent where A is zero throughout, or where it is no finite number.
  public var relative: Double?
  /// |a - b| / |a| in the Euclidean norm; absent as `relative` is.
  public var relativeL2: Double?
  /// The largest distance in numbers of the type; absent where types differ or are integers.
  public var ulp: UInt64?
  /// The cosine of the angle between both; absent where one is zero throughout.
  public var cosine: Double?
  /// Whether B is A rounded to B's type, element by element, and the types differ.
  public var isRounding: Bool
  /// Elements of a rounding that are 0 in B and not in A, because they are too small for B's type; 0 where
  /// it is no rounding.
  public var zeroed: Int

  enum CodingKeys: String, CodingKey {
    case differing, relative, ulp, cosine, zeroed
    case notFinite = "not_finite"
    case maxAbs = "max_abs"
    case relativeL2 = "relative_l2"
    case isRounding = "is_rounding"
  }

  /// Reads both tensors once, side by side; memory as in `NumbersAlongside`.
  ///
  /// - Throws: `Failure` (`usage`) where shapes differ; where a source cannot be read.
  public init(_ one: Tensor, _ other: Tensor) throws {
    var sums = DifferenceSums(one.elementType, other.elementType)
    try unsafe NumbersAlongside.forEachPart(of: [one, other]) { unsafe sums.add($0[0], $0[1]) }
    self = sums.difference
  }

  init(_ sums: DifferenceSums) {
    differing = sums.differing
    notFinite = sums.notFinite
    maxAbs = sums.maxAbs
    ulp = sums.one == sums.other && sums.one.isFloatingPoint ? sums.ulp : nil
    isRounding = sums.one != sums.other && sums.isRounding
    zeroed = isRounding ? sums.zeroed : 0
    let root = sums.squares.one.squareRoot()
    relative = Self.share(sums.maxAbs, of: sums.largest)
    relativeL2 = Self.share(sums.squares.difference.squareRoot(), of: root)
    let norms = root * sums.squares.other.squareRoot()
    cosine = Self.share(sums.product, of: norms).map { min(1, max(-1, $0)) }
  }

  private static func share(_ part: Double, of whole: Double) -> Double? {
    let share = part / whole
    return whole > 0 && share.isFinite ? share : nil
  }

  /// Whether nothing differs by more than `tolerance` of the largest number of A; of a tensor that is
  /// zero in A, nothing at all.
  public func isWithin(_ tolerance: Double) -> Bool {
    notFinite == 0 && (maxAbs == 0 || (relative ?? .infinity) <= tolerance)
  }
}

/// What is added up over two tensors.
struct DifferenceSums {
  let one: ElementType
  let other: ElementType
  var differing = 0
  var notFinite = 0
  var maxAbs = 0.0
  /// max|a|.
  var largest = 0.0
  var ulp: UInt64 = 0
  var squares = (one: 0.0, other: 0.0, difference: 0.0)
  var product = 0.0
  var isRounding = true
  var zeroed = 0

  init(_ one: ElementType, _ other: ElementType) {
    self.one = one
    self.other = other
  }

  var difference: TensorDifference { TensorDifference(self) }

  mutating func add(_ first: UnsafeBufferPointer<Double>, _ second: UnsafeBufferPointer<Double>) {
    for index in 0..<min(first.count, second.count) {
      let (a, b) = unsafe (first[index], second[index])
      guard a.isFinite, b.isFinite else {
        let same = a == b || (a.isNaN && b.isNaN)
        differing += same ? 0 : 1
        notFinite += same ? 0 : 1
        isRounding = isRounding && (same || rounded(a) == b)
        continue
      }
      squares.one += a * a
      squares.other += b * b
      product += a * b
      largest = max(largest, abs(a))
      guard a != b else { continue }
      differing += 1
      zeroed += b == 0 ? 1 : 0
      let distance = abs(a - b)
      squares.difference += distance * distance
      maxAbs = max(maxAbs, distance)
      if one == other {
        ulp = max(ulp, UnitsInLastPlace.distance(a, b, in: one) ?? 0)
      } else if isRounding {
        isRounding = rounded(a) == b
      }
    }
  }

  /// A number of A in B's type.
  private func rounded(_ value: Double) -> Double? {
    switch other {
    case .float16: Double(Float16(value))
    // Once from float32: that is where bfloat16 comes from.
    case .bfloat16: Double(BFloat16.widened(BFloat16.rounded(Float(value))))
    case .float32: Double(Float(value))
    case .float64: value
    default: nil
    }
  }
}
