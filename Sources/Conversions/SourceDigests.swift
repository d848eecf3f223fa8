import Checkpoints
import Dispatch
import Tensors

/// The SHA-256 of a source file.
///
/// - Throws: `Failure` where the file cannot be read.
func digest(of file: MappedFile) throws -> Digest {
  try file.withBytes { bytes in
    var hasher = DigestHasher()
    hasher.update(bytes)
    return hasher.finalized()
  }
}

extension Checkpoint {
  /// The tensor of a leaf of the source's tree, in the source's order of axes, or nil of a scalar.
  ///
  /// - Throws: `Failure` where it does not fit the source's axes.
  public func sourceTensor(_ leaf: SourceLeaf) throws -> Tensor? {
    guard leaf.kind == "tensor", let path = leaf.path, !path.hasPrefix("recipe.") else { return nil }
    guard let tensor = self[path] else {
      throw Failure(.badInput, place: path, "the source's tree names a tensor that is not there")
    }
    return try leaf.axes?.fromNative(tensor) ?? tensor
  }

  /// The source's tree with the SHA-256 of each tensor as the source had it.
  func treeWithDigests(threads: Int) throws -> SourceTree? {
    guard let tree else { return nil }
    let leaves = tree.leaves.map(\.leaf)
    let digests = Collected(count: leaves.count)
    try inParallel(leaves.count, threads: threads) { index in
      guard let tensor = try sourceTensor(leaves[index]) else { return }
      digests.set(index, try tensor.digest())
    }
    var position = 0
    return tree.mapLeaves { leaf in
      defer { position += 1 }
      var leaf = leaf
      leaf.sha256 = digests.values[position]?.description
      return leaf
    }
  }
}

/// Digests that several threads find; each sets its own.
private final class Collected: @unchecked Sendable {
  private(set) var values: [Digest?]
  private let lock = DispatchSemaphore(value: 1)

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ digest: Digest) {
    lock.wait()
    values[index] = digest
    lock.signal()
  }
}
