import Checkpoints
import Tensors

extension Checkpoint {
  /// The checkpoint with a linear classifier `BRANCH/heads/NAME`, and a word on it in the provenance.
  ///
  /// A classifier of that name that is there is replaced.
  ///
  /// - Parameters:
  ///   - name: 1 to 64 of A-Z a-z 0-9 _ . -
  ///   - about: how it was made; kept as the provenance's attribute `BRANCH/heads/NAME`.
  /// - Throws: `Failure` (`usage`) where the name is none; where `about` has no JSON form.
  public func adding(
    _ head: LinearHead, as name: String, of branch: Branch = .online, about: some Encodable
  ) throws -> Checkpoint {
    try Self.checkHead(name)
    let folder = "\(branch.rawValue)/heads/\(name)"
    let new = [
      Entry(
        folder + "/weight", try Tensor(floats: head.weight, shape: [head.classes, head.width])),
      Entry(folder + "/bias", try Tensor(floats: head.bias, shape: [head.classes])),
    ]
    // The momentum of what was there before is not this one's.
    let old = Set(new.flatMap { [$0.path] })
    let kept = entries.filter { entry in
      !old.contains(entry.path)
        && !old.contains { entry.path.hasPrefix("optimizer/") && entry.path.hasSuffix("/" + $0) }
    }
    var copy = Checkpoint(
      entries: kept + new, contract: contract, recipe: recipe, provenance: provenance, tree: tree,
      extras: extras)
    copy.verification = verification
    let text = String(decoding: try jsonBytes(about, pretty: false), as: UTF8.self)
    copy.provenance.attributes = (provenance.attributes ?? [:]).merging([folder: text]) { $1 }
    return copy
  }

  /// Refuses a name that a head cannot have in the native layout.
  ///
  /// - Throws: `Failure` (`usage`).
  static func checkHead(_ name: String) throws {
    let allowed = name.utf8.allSatisfy { byte in
      switch UnicodeScalar(byte) {
      case "A"..."Z", "a"..."z", "0"..."9", "_", ".", "-": true
      default: false
      }
    }
    guard allowed, (1...64).contains(name.utf8.count), name != ".", name != ".." else {
      throw Failure(
        .usage, "a head's name is 1 to 64 of A-Z a-z 0-9 _ . -, and '\(name)' is not")
    }
  }
}
