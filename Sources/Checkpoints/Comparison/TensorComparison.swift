import Tensors

/// A tensor of two checkpoints.
public struct TensorComparison: Codable, Hashable, Sendable {
  /// What became of a tensor on the way from A to B.
  public enum Verdict: String, Codable, Sendable {
    /// The same type, shape and bits; with a tolerance, numbers within it.
    case same
    /// Other numbers, another type or another shape.
    case changed
    /// Only in B.
    case added
    /// Only in A.
    case removed
  }

  /// Type and shape of one side.
  public struct Form: Codable, Hashable, Sendable {
    /// The type of the elements.
    public var dtype: ElementType
    /// The shape in native order.
    public var shape: [Int]

    init(_ tensor: Tensor) {
      dtype = tensor.elementType
      shape = tensor.shape
    }
  }

  /// The native path.
  public var path: String
  /// What became of it.
  public var verdict: Verdict
  /// In A; absent where it was added.
  public var a: Form?
  /// In B; absent where it was removed.
  public var b: Form?
  /// The numbers, where both have them, they differ, and they are numbers: a document is not.
  public var difference: TensorDifference?
  /// Of a tensor that is new or other in B: where A has the same bits.
  public var sameAs: String?

  enum CodingKeys: String, CodingKey {
    case path, verdict, a, b, difference
    case sameAs = "same_as"
  }

  /// Compares a tensor with another of the same path.
  ///
  /// - Parameter tolerance: the largest max|a - b| / max|a| that is the same; 0 for the same bits.
  /// - Throws: `Failure` where a source cannot be read.
  init(_ path: String, _ one: Tensor?, _ other: Tensor?, tolerance: Double) throws {
    self.path = path
    a = one.map(Form.init)
    b = other.map(Form.init)
    switch (one, other) {
    case (_?, nil): verdict = .removed
    case (nil, _): verdict = .added
    case (let one?, let other?):
      verdict = .changed
      if try one.hasSameBits(as: other) {
        verdict = .same
      } else if one.shape == other.shape, path != NativeNames.runPath,
        path != NativeNames.randomPath
      {
        let difference = try TensorDifference(one, other)
        self.difference = difference
        if tolerance > 0, difference.isWithin(tolerance) { verdict = .same }
      }
    }
  }

  /// Whether the values are a batch norm's running statistics.
  var isStatistic: Bool { path.hasSuffix("/mean") || path.hasSuffix("/variance") }
}

/// A role of two checkpoints.
public struct RoleComparison: Codable, Hashable, Sendable {
  /// The role.
  public var role: Role
  /// What became of it: `same` if all its tensors are, `added` and `removed` if one side has none.
  public var verdict: TensorComparison.Verdict
  /// Tensors in A.
  public var tensorsA: Int
  /// Tensors in B.
  public var tensorsB: Int
  /// Tensors that both have and that changed.
  public var changed: Int
  /// Tensors only in B.
  public var added: Int
  /// Tensors only in A.
  public var removed: Int
  /// The largest max|a - b| / max|a| of a tensor; absent where nothing of that kind changed.
  public var relative: Double?
  /// Of a role that is new or other in B: the role of A with the same weights, under whatever names.
  public var sameAs: Role?
  /// Whether the role is new or other in B and looks as initialisers leave weights.
  public var looksFresh: Bool

  enum CodingKeys: String, CodingKey {
    case role, verdict, changed, added, removed, relative
    case tensorsA = "tensors_a"
    case tensorsB = "tensors_b"
    case sameAs = "same_as"
    case looksFresh = "looks_fresh"
  }

  init(_ role: Role, _ tensors: [TensorComparison]) {
    self.role = role
    func count(_ verdict: TensorComparison.Verdict) -> Int {
      tensors.count { $0.verdict == verdict }
    }
    tensorsA = tensors.count { $0.a != nil }
    tensorsB = tensors.count { $0.b != nil }
    (changed, added, removed) = (count(.changed), count(.added), count(.removed))
    verdict =
      tensorsA == 0
      ? .added
      : tensorsB == 0 ? .removed : changed + added + removed == 0 ? .same : .changed
    relative = tensors.compactMap { $0.difference?.relative }.max()
    looksFresh = false
  }
}
