import Archives
import Synchronization
import Tensors

/// What changed on the way from one checkpoint to another; its JSON form is what
/// `byol-inspect A B --json` prints (`schemas/comparison.schema.json`).
///
/// Tensors meet under their native names, whatever the files' formats and dialects. No network is run:
/// `CheckpointComparison` adds what both compute.
public struct CheckpointDifferences: Codable, Sendable {
  /// A file.
  public struct File: Codable, Sendable {
    /// As the user named it.
    public var path: String
    /// The name of its format.
    public var format: String
    /// The name of its dialect.
    public var dialect: String
    /// The networks in one line.
    public var architecture: String

    init(_ loaded: Loaded) {
      path = loaded.path
      format = loaded.archive.format
      dialect = loaded.dialectName
      architecture = loaded.checkpoint.contract.summary
    }
  }

  /// The first file.
  public var a: File
  /// The second file.
  public var b: File
  /// Whether tensors, contract and recipe are the same; tensors within the tolerance.
  public var same: Bool
  /// What happened, a sentence each.
  public var sentences: [DifferenceSentence]
  /// The roles of either.
  public var roles: [RoleComparison]
  /// What became of the target network; absent where the files have no two networks to tell.
  public var target: TargetMovement?
  /// Fields of the contract that differ: path, value in A, value in B.
  public var contract: [[String]]
  /// Fields of the recipe that differ, in the same way.
  public var recipe: [[String]]
  /// Every tensor of either, by role, sorted by path.
  public var tensors: [TensorComparison]
  /// The largest max|a - b| / max|a| that counts as the same.
  public var tolerance: Double
  /// What the user should know of either file.
  public var notes: [String]

  /// Compares two files.
  ///
  /// - Parameters:
  ///   - tolerance: the largest max|a - b| / max|a| of a tensor that counts as the same; 0 asks for the
  ///     same bits.
  ///   - threads: that read tensors.
  /// - Throws: `Failure` where a tensor cannot be read.
  public init(_ one: Loaded, _ other: Loaded, tolerance: Double = 0, threads: Int = 2) throws {
    a = File(one)
    b = File(other)
    self.tolerance = tolerance
    let (first, second) = (one.checkpoint, other.checkpoint)
    tensors = try Self.compare(first, second, tolerance: tolerance, threads: threads)
    try Self.findElsewhere(&tensors, first, second)
    roles = try Self.roles(tensors, first, second)
    let moved = roles.contains { $0.role == .targetEncoder || $0.role == .targetProjector }
    target = moved ? try TargetMovement(from: first, to: second) : nil
    contract = try first.contract.differences(from: second.contract)
    recipe = try first.recipe.differences(from: second.recipe)
    same = roles.allSatisfy { $0.verdict == .same } && contract.isEmpty && recipe.isEmpty
    notes = one.notes.map { "A: \($0)" } + other.notes.map { "B: \($0)" }
    sentences = []
    sentences = try DifferenceSentence.all(of: self, first, second)
  }

  /// Every tensor of either under its native path.
  private static func compare(
    _ one: Checkpoint, _ other: Checkpoint, tolerance: Double, threads: Int
  ) throws -> [TensorComparison] {
    let paths = Set((one.entries + one.extras + other.entries + other.extras).map(\.path))
    let order = Dictionary(uniqueKeysWithValues: zip(Role.allCases, Role.allCases.indices))
    func rank(_ path: String) -> Int { order[Role(of: path)] ?? 0 }
    let sorted = paths.sorted { (rank($0), $0) < (rank($1), $1) }
    let found = Mutex([TensorComparison?](repeating: nil, count: sorted.count))
    try forEachConcurrently(
      Array(sorted.enumerated()), threads: threads,
      weight: { (one[$0.element] ?? other[$0.element])?.byteCount ?? 0 }
    ) { item in
      let compared = try TensorComparison(
        item.element, one[item.element], other[item.element], tolerance: tolerance)
      found.withLock { $0[item.offset] = compared }
    }
    return found.withLock { $0.compactMap(\.self) }
  }

  /// Notes which tensors that are new or other in B are in A under another name.
  ///
  /// Only those of A are hashed that have a form to fit; a tensor of one value repeated tells nothing.
  private static func findElsewhere(
    _ tensors: inout [TensorComparison], _ one: Checkpoint, _ other: Checkpoint
  ) throws {
    let wanted = tensors.indices.filter {
      [.added, .changed].contains(tensors[$0].verdict)
        && Role(of: tensors[$0].path).isWeights
    }
    let forms = Set(wanted.compactMap { tensors[$0].b })
    var known: [Digest: [String]] = [:]
    for entry in one.entries where forms.contains(TensorComparison.Form(entry.tensor)) {
      guard Role(of: entry.path).isWeights, try !entry.tensor.isOneValue else { continue }
      known[try entry.tensor.digest(), default: []].append(entry.path)
    }
    guard !known.isEmpty else { return }
    for index in wanted {
      guard let tensor = other[tensors[index].path], let places = known[try tensor.digest()] else {
        continue
      }
      // Of several the one whose name ends alike: the same layer of another network.
      let path = tensors[index].path
      tensors[index].sameAs =
        places.first { TensorPath($0).inRole == TensorPath(path).inRole } ?? places.first
    }
  }

  private static func roles(
    _ tensors: [TensorComparison], _ one: Checkpoint, _ other: Checkpoint
  ) throws -> [RoleComparison] {
    let byRole = Dictionary(grouping: tensors) { Role(of: $0.path) }
    return try Role.allCases.compactMap { role in
      guard let mine = byRole[role] else { return nil }
      var compared = RoleComparison(role, mine)
      guard role.isWeights, [.added, .changed].contains(compared.verdict) else { return compared }
      compared.sameAs = try sameRole(mine, one, other)
      let entries = other.entries.filter { Role(of: $0.path) == role }
      // What only lost its statistics, or a tensor, was not made anew.
      let isOther = mine.contains { [.added, .changed].contains($0.verdict) && !$0.isStatistic }
      compared.looksFresh =
        try compared.sameAs == nil && isOther && FreshWeights.areFresh(entries) { one[$0] }
      return compared
    }
  }

  /// The role of A that has every tensor which tells something, under whatever names.
  private static func sameRole(
    _ tensors: [TensorComparison], _ one: Checkpoint, _ other: Checkpoint
  ) throws -> Role? {
    var found: Role?
    for tensor in tensors where tensor.b != nil {
      guard let here = other[tensor.path], try !here.isOneValue else { continue }
      guard let place = tensor.sameAs else { return nil }
      let role = Role(of: place)
      guard found == nil || found == role else { return nil }
      found = role
    }
    return found
  }
}

/// A native path and the role it belongs to.
struct TensorPath {
  /// The path inside the role: `stem/conv/weight`.
  let inRole: Substring

  init(_ path: String) {
    inRole = path.split(separator: "/", maxSplits: 2).last ?? ""
  }
}

extension Tensor {
  /// Whether all elements are one number: such tensors are alike without being copies.
  var isOneValue: Bool {
    get throws {
      guard count > 1 else { return true }
      var first: Double?
      var isOne = true
      try unsafe NumbersAlongside.forEachPart(of: [self]) { part in
        first = unsafe first ?? part[0].first
        isOne = unsafe isOne && part[0].allSatisfy { $0 == first }
      }
      return isOne
    }
  }
}
