import Tensors

/// Digests that tell weights apart and nothing else: not names of a dialect, not the file's format.
///
/// A fingerprint is the SHA-256 of one line for each tensor, sorted by native path:
/// `path TAB dtype TAB shape, joined by commas TAB SHA-256 of the elements LF`.
public struct Fingerprints: Hashable, Sendable {
  /// By role: `online.encoder` ...; `all` covers every role's weights and running statistics;
  /// `training` covers optimiser slots and training state.
  public var byName: [String: Digest]

  /// The fingerprints of tensors whose digests are known.
  ///
  /// - Parameter tensors: native path, type, shape and digest of the elements in native order,
  ///   row-major and little-endian.
  public init(_ tensors: [(path: String, type: ElementType, shape: [Int], digest: Digest)]) {
    var hashers: [String: DigestHasher] = [:]
    func add(_ line: String, to name: String) {
      hashers[name, default: DigestHasher()].update(line)
    }
    for tensor in tensors.sorted(by: { $0.path < $1.path }) {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let line = "\(tensor.path)\t\(tensor.type.rawValue)\t\(shape)\t\(tensor.digest)\n"
      let role = Role(of: tensor.path)
      if role.isWeights {
        add(line, to: role.rawValue)
        add(line, to: "all")
      } else if role != .extras {
        add(line, to: "training")
      }
    }
    byName = hashers.mapValues { $0.finalized() }
  }

  /// The fingerprints of a checkpoint, from all its bytes.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public init(of checkpoint: Checkpoint) throws {
    self.init(
      try checkpoint.entries.map {
        ($0.path, $0.tensor.elementType, $0.tensor.shape, try $0.tensor.digest())
      })
  }

  /// The fingerprint over all roles' weights.
  public var all: Digest? { byName["all"] }
}
