import Archives
import Checkpoints
import Synchronization
import Tensors

/// The SHA-256 of a source; of several files that of the list that `sha256sum` prints of them.
///
/// - Throws: `Failure` where a file cannot be read.
func digest(of files: [MappedFile]) throws -> Digest {
  let digests = try files.map { file in
    (
      name: baseName(file.path),
      digest: try Tensor(.uint8, shape: [file.count], source: file).digest()
    )
  }
  if digests.count == 1, let only = digests.first { return only.digest }
  var hasher = DigestHasher()
  for (name, digest) in digests {
    unsafe Array("\(digest)  \(name)\n".utf8).withUnsafeBytes { unsafe hasher.update($0) }
  }
  return hasher.finalized()
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

  /// The SHA-256 of the source's tensors whose bytes come in another order than ours, by the number of
  /// their leaf; of the others it is that of the tensor that is written.
  func sourceDigests(threads: Int) throws -> [Int: Digest] {
    let leaves = (tree?.leaves ?? []).map(\.leaf)
    let moved = leaves.indices.filter { leaves[$0].axes?.keepsOrder == false }
    let digests = Mutex([Int: Digest]())
    try forEachConcurrently(moved, threads: threads, weight: { leaves[$0].elements }) { index in
      guard let digest = try sourceTensor(leaves[index])?.digest() else { return }
      digests.withLock { $0[index] = digest }
    }
    return digests.withLock { $0 }
  }

  /// The source's tree with the SHA-256 of each tensor as the source had it.
  ///
  /// - Parameters:
  ///   - source: digests by the number of a leaf, as `sourceDigests` gives them.
  ///   - written: digests by native path.
  func tree(withDigests source: [Int: Digest], _ written: [String: Digest]) -> SourceTree? {
    var position = 0
    return tree?.mapLeaves { leaf in
      defer { position += 1 }
      var leaf = leaf
      let digest = source[position] ?? leaf.path.flatMap { written[$0] }
      leaf.sha256 = leaf.kind == "tensor" ? digest?.description : nil
      return leaf
    }
  }
}

extension SourceLeaf {
  /// The number of elements of a tensor: what reading it costs.
  var elements: Int { (shape ?? []).reduce(1, *) }
}
