import Archives
import Checkpoints
import Tensors

extension FileVerification {
  /// What can be said of networks whose encoder no engine runs: that the dialect takes every tensor to
  /// the native axes and back without changing a bit; not what they compute.
  ///
  /// - Throws: `Failure` (`differs`) that names the first tensor that comes back as another one.
  static func namesOnly(_ loaded: Loaded, threads: Int) throws -> Verdict {
    let checkpoint = loaded.checkpoint
    let family = checkpoint.contract.encoder.family
    let unrun =
      "the networks were not run, because "
      + (family == "none"
        ? "heads alone have no encoder" : "no engine runs encoders of the family '\(family)'")
    guard loaded.dialect != nil else {
      let again = try sourceAgain(checkpoint, threads: threads)
      return Verdict("consistent", .yes, "\(again); \(unrun)")
    }
    let leaves = checkpoint.tree?.leaves ?? []
    let originals = loaded.archive.leaves
    guard leaves.count == originals.count else {
      return Verdict("consistent", .notChecked, unrun)
    }
    let pairs = zip(leaves, originals).compactMap { item, original -> Pair? in
      guard case .tensor(let tensor) = original.value else { return nil }
      return Pair(name: item.name, leaf: item.leaf, original: tensor)
    }
    try forEachConcurrently(pairs, threads: threads, weight: \.original.byteCount) { pair in
      guard let back = try checkpoint.sourceTensor(pair.leaf) else { return }
      guard try back.hasSameBits(as: pair.original) else {
        throw Failure(
          .differs, place: pair.name, "taken to the native axes and back it is another tensor")
      }
    }
    return Verdict(
      "consistent", .yes,
      "\(Numbers.counted(pairs.count, "tensor")) taken through \(loaded.dialectName) and back equal "
        + "the file's bit for bit; \(unrun)")
  }

  /// A tensor of the file, and what became of it.
  private struct Pair: Sendable {
    var name: String
    var leaf: SourceLeaf
    var original: Tensor
  }
}
