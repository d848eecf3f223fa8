import Tensors

/// A BYOL checkpoint in the project's own terms, whatever file it came from.
public struct Checkpoint: Sendable {
  /// A tensor and its native name.
  public struct Entry: Sendable {
    /// The native name: `online/encoder/stem/conv/weight`.
    public var path: String
    /// The tensor, in the native order of axes.
    public var tensor: Tensor

    /// A named tensor.
    public init(_ path: String, _ tensor: Tensor) {
      self.path = path
      self.tensor = tensor
    }
  }

  /// All tensors but the extras, sorted by native name.
  public private(set) var entries: [Entry]
  /// What a forward pass needs beside the tensors.
  public var contract: Contract
  /// What a resumed run must keep doing.
  public var recipe: Recipe
  /// Where it came from.
  public var provenance: Provenance
  /// The source's tree, where there was a source.
  public var tree: SourceTree?
  /// Tensors of the source that BYOL does not know, as `extras/00/00` ...
  public let extras: [Entry]
  /// What was verified when the file was made.
  public var verification = Verification()
  private var positions: [String: Int]

  /// A checkpoint of the given tensors.
  public init(
    entries: [Entry], contract: Contract, recipe: Recipe = Recipe(),
    provenance: Provenance = Provenance(createdBy: NativeNames.createdBy),
    tree: SourceTree? = nil, extras: [Entry] = []
  ) {
    self.entries = entries.sorted { $0.path < $1.path }
    self.contract = contract
    self.recipe = recipe
    self.provenance = provenance
    self.tree = tree
    self.extras = extras
    positions = [:]
    number()
  }

  /// Adds tensors under names that are free.
  mutating func add(_ new: [Entry]) {
    entries = (entries + new).sorted { $0.path < $1.path }
    number()
  }

  private mutating func number() {
    positions = [:]
    for (position, entry) in (entries + extras).enumerated() { positions[entry.path] = position }
  }

  /// The tensor of that native name, an extra's too, or nil.
  public subscript(path: String) -> Tensor? {
    positions[path].map { $0 < entries.count ? entries[$0] : extras[$0 - entries.count] }?.tensor
  }

  /// The number of the tensor of that native name among all of them.
  func position(of path: String) -> Int? { positions[path] }

  /// The tensor of that native name.
  ///
  /// - Throws: `Failure` (`badInput`) where the checkpoint has none.
  public func tensor(_ path: String) throws -> Tensor {
    guard let tensor = self[path] else {
      throw Failure(.badInput, place: path, "the checkpoint has no such tensor")
    }
    return tensor
  }

  /// The native names of all tensors, the extras' too.
  public var paths: Set<String> { Set(positions.keys) }

  /// The roles that have tensors, in the order of `Role.allCases`.
  public var roles: [Role] {
    let present = Set(entries.map { Role(of: $0.path) })
    return Role.allCases.filter(present.contains)
  }
}
