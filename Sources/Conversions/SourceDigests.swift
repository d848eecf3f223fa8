import Archives
import Checkpoints
import Synchronization
import Tensors

/// The SHA-256 of a source file.
///
/// - Throws: `Failure` where the file cannot be read.
func digest(of file: MappedFile) throws -> Digest {
  try Tensor(.uint8, shape: [file.count], source: file).digest()
}

extension Checkpoint {
  /// The tensor of a leaf of the source's tree, in the source's order of axes, or nil of a scalar.
  ///
  /// - Throws: `Failure` where it does not fit the source's axes.
  public func sourceTensor(_ leaf: SourceLeaf) throws -> Tensor? {
    guard leaf.kind == "tensor", let path = leaf.path, !path.hasPrefix("recipe.") else {
      return nil
    }
    guard let tensor = self[path] else {
      throw Failure(.badInput, place: path, "the source's tree names a tensor that is not there")
    }
    return try leaf.axes?.fromNative(tensor) ?? tensor
  }

  /// The source's tree with the SHA-256 of each tensor as the source had it.
  func treeWithDigests(threads: Int) throws -> SourceTree? {
    guard let tree else { return nil }
    let leaves = tree.leaves.map(\.leaf)
    let digests = Mutex([Digest?](repeating: nil, count: leaves.count))
    try forEachConcurrently(
      Array(leaves.indices), threads: threads, weight: { leaves[$0].elements }
    ) {
      index in
      guard let digest = try sourceTensor(leaves[index])?.digest() else { return }
      digests.withLock { $0[index] = digest }
    }
    let found = digests.withLock { $0 }
    var position = 0
    return tree.mapLeaves { leaf in
      defer { position += 1 }
      var leaf = leaf
      leaf.sha256 = found[position]?.description
      return leaf
    }
  }
}

extension SourceLeaf {
  /// The number of elements of a tensor: what reading it costs.
  var elements: Int { (shape ?? []).reduce(1, *) }
}
