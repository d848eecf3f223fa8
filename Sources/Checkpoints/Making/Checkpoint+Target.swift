import Tensors

extension Checkpoint {
  /// Begins the target network where the online one is, as BYOL does (Grill, Strub and others 2020).
  ///
  /// Encoder and projector are copied with their running statistics and counters, as far as the target
  /// lacks them; `made` and the origins say so.
  ///
  /// - Parameter withPredictor: whether the target gets the predictor too, as in DeepMind's files.
  /// - Throws: `Failure` (`usage`) where there is nothing to copy, or nothing that lacks.
  public mutating func makeTarget(withPredictor: Bool) throws {
    let pairs: [(from: Role, to: Role)] =
      [(.onlineEncoder, .targetEncoder), (.onlineProjector, .targetProjector)]
      + (withPredictor ? [(.onlinePredictor, .targetPredictor)] : [])
    let present = Set(roles)
    guard present.contains(.onlineEncoder) else {
      throw Failure(.usage, "--target from-online needs an online encoder, and there is none")
    }
    let wanted = pairs.filter { present.contains($0.from) && !present.contains($0.to) }
    guard !wanted.isEmpty else {
      throw Failure(.usage, "--target from-online: the checkpoint has its own target network")
    }
    var copies: [Entry] = []
    for (from, to) in wanted {
      for start in ["", "training/bn/"] {
        let (old, new) = (start + from.folder, start + to.folder)
        for entry in entries where entry.path.hasPrefix(old) {
          var tensor = entry.tensor
          // Two tensors from now on, wherever they are written.
          tensor.layout = StoredLayout()
          copies.append(Entry(new + entry.path.dropFirst(old.count), tensor))
        }
      }
      note(.copy(of: from), as: to)
    }
    add(copies)
  }
}
