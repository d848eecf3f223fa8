import Archives
import Tensors

/// A checkpoint in a dialect's words, and what the user should know of it.
public struct Exported: Sendable {
  /// The tree to be written.
  public var archive: Archive
  /// Names of the checkpoint's tensors that the dialect has no place for.
  public var leftOut: [String]
  /// What the user should know, a sentence each.
  public var notes: [String]
  /// What optimiser buffers were multiplied by, by native path, where the two programs disagree on
  /// whether the learning rate is in them.
  public var factors: [String: Double]

  /// A tree, and what was done to get it.
  public init(
    archive: Archive, leftOut: [String] = [], notes: [String] = [], factors: [String: Double] = [:]
  ) {
    self.archive = archive
    self.leftOut = leftOut
    self.notes = notes
    self.factors = factors
  }
}

/// What the user allows an export to add.
public struct ExportOptions: Sendable {
  /// Whether a bias that the dialect has and the checkpoint lacks is written as zeros.
  public var zeroBiases = false

  /// Nothing is added.
  public init() {}
}

extension Dialect {
  /// The checkpoint in this dialect's names and orders of axes.
  ///
  /// A checkpoint that came from this dialect, and whose tensors are those that came, becomes the
  /// source's tree again: names, order, container kinds, types, shapes, bits. Others are written in the
  /// dialect's own form and order; what it has no place for is named in `leftOut`.
  ///
  /// - Throws: `Failure` (`usage`) that names the first tensor of a part that the dialect holds, but not
  ///   as the checkpoint has it.
  public func write(
    _ checkpoint: Checkpoint, format: any ArchiveFormat, options: ExportOptions = ExportOptions()
  ) throws -> Exported {
    if checkpoint.provenance.dialect?.name == name, isWritten(in: format),
      let tree = checkpoint.tree,
      let root = try checkpoint.sourceTree(tree), format.holds(root),
      KerasNaming.keeps(root, in: format)
    {
      return Exported(
        archive: Archive(
          root, format: format.name, attributes: checkpoint.provenance.attributeNodes),
        leftOut: checkpoint[NativeNames.runPath] == nil ? [] : [NativeNames.runPath])
    }
    let writing = try DialectWriting(
      dialect: self, checkpoint: checkpoint, format: format, options: options)
    return try writing.run()
  }
}

extension ArchiveFormat {
  /// Whether a tree can be written in this format as it is.
  func holds(_ root: Node) -> Bool {
    guard isFlat else { return true }
    guard case .mapping(_, let entries) = root else { return false }
    return entries.allSatisfy { entry in
      switch entry.value {
      case .tensor: true
      case .none, .bool, .integer, .real, .text: holdsScalars
      default: false
      }
    }
  }
}

extension Checkpoint {
  /// The source's tree with this checkpoint's values, or nil where tensors were added or taken away
  /// since, so that it would not be the whole checkpoint; the state of a run of ours does not count.
  func sourceTree(_ tree: SourceTree) throws -> Node? {
    let leaves = tree.leaves.map(\.leaf)
    let named = Set(leaves.compactMap(\.path))
    let mine = Set(entries.map(\.path) + extras.map(\.path)).subtracting([NativeNames.runPath])
    guard mine == named.filter({ !$0.hasPrefix("recipe.") }) else { return nil }
    // What was one tensor under several names is written as one again; a number that a file gives to
    // different tensors makes them no less different.
    var sharing: [[String]: Int] = [:]
    return try tree.node { leaf in
      guard let path = leaf.path else { return leaf.scalar }
      if path.hasPrefix("recipe.") {
        guard let value = recipe.value(of: String(path.dropFirst(7))) else { return nil }
        return try leaf.number(value)
      }
      guard var tensor = self[path] else { return nil }
      if let axes = leaf.axes { tensor = try axes.fromNative(tensor) }
      tensor.layout = leaf.layout
      if let number = leaf.sharing {
        let group = [path, String(number)]
        tensor.layout.sharing = sharing[group] ?? sharing.count
        sharing[group] = tensor.layout.sharing
      }
      return .tensor(tensor)
    }
  }
}

extension SourceLeaf {
  /// A number of the recipe as the source had it: a scalar, or an integer tensor of one element.
  fileprivate func number(_ value: Int) throws -> Node {
    guard kind == "tensor", let dtype, let shape else { return .integer(value) }
    var bytes = Int64(value).littleEndianBytes
    if dtype.byteCount < 8 { bytes = Array(bytes.prefix(dtype.byteCount)) }
    var tensor = try Tensor(dtype, shape: shape, bytes: bytes)
    tensor.layout = layout
    return .tensor(tensor)
  }
}
