import Checkpoints
import Tensors

extension Candidate {
  /// Everything that is tried on a disagreement, the likely first; only what differs from what the
  /// checkpoint and its contract say.
  static func all(for checkpoint: Checkpoint) -> [Candidate] {
    paddings(checkpoint.contract.encoder) + statistics(checkpoint)
      + preparations(checkpoint.contract.input) + constants(checkpoint.contract)
      + strides(checkpoint.contract.encoder) + weights(checkpoint)
  }

  /// How edges are padded.
  private static func paddings(_ encoder: Contract.Encoder) -> [Candidate] {
    let (padding, pool) = (encoder.padding, encoder.poolPadding)
    var result = [
      Candidate(
        "padding", stated: padding.rawValue, found: padding.other.rawValue,
        "pads convolutions \(padding.other.words), not \(padding.words)"
      ) { $0.checkpoint.contract.encoder.padding = padding.other }
    ]
    if encoder.stem.pool {
      result.insert(
        Candidate(
          "padding", stated: "\(padding.rawValue), pooling \(pool.rawValue)",
          found: "\(padding.other.rawValue), pooling \(pool.other.rawValue)",
          "pads convolutions \(padding.other.words) and pooling \(pool.other.words)"
        ) {
          $0.checkpoint.contract.encoder.padding = padding.other
          $0.checkpoint.contract.encoder.poolPadding = pool.other
        }, at: 0)
      result.append(
        Candidate(
          "pool padding", stated: pool.rawValue, found: pool.other.rawValue,
          "pads max-pooling \(pool.other.words), not \(pool.words)"
        ) { $0.checkpoint.contract.encoder.poolPadding = pool.other })
    }
    let stated = encoder.stem.pad.map { "\($0)" } ?? padding.rawValue
    for pad in 0...3 where pad < encoder.stem.kernel && encoder.stem.pad != pad {
      result.append(
        Candidate(
          "stem padding", stated: stated, found: "\(pad)",
          "pads the first convolution with \(pad) pixels on every side"
        ) { $0.checkpoint.contract.encoder.stem.pad = pad })
    }
    if encoder.stem.pad != nil {
      result.append(
        Candidate(
          "stem padding", stated: stated, found: padding.rawValue,
          "pads the first convolution \(padding.words), like the others"
        ) { $0.checkpoint.contract.encoder.stem.pad = nil })
    }
    return result
  }

  /// Where batch norm's mean and variance come from.
  private static func statistics(_ checkpoint: Checkpoint) -> [Candidate] {
    var result = [
      Candidate(
        "statistics", stated: "running", found: "batch",
        "was made in training mode, with the statistics of its batch"
      ) { $0.isTraining = true }
    ]
    let prefix = "training/bn/"
    let suffix = "_hidden"
    let hidden = checkpoint.entries.filter {
      $0.path.hasPrefix(prefix) && $0.path.hasSuffix(suffix)
    }
    if !hidden.isEmpty {
      result.append(
        Candidate(
          "statistics", stated: "average", found: "hidden",
          "takes batch norm's hidden averages, which still lean to zero, for the corrected ones"
        ) { trial in
          var tensors: [String: Tensor] = [:]
          for entry in hidden {
            let path = entry.path.dropFirst(prefix.count).dropLast(suffix.count)
            tensors[String(path)] = entry.tensor
          }
          trial.checkpoint.replaceTensors { path, tensor in tensors[path] ?? tensor }
        })
    }
    return result
  }

  /// What happens to pixels.
  private static func preparations(_ input: Contract.Input) -> [Candidate] {
    let stated = input.mean.isEmpty ? "none" : "mean and std"
    let normalisations: [(Preparation.Normalisation, String, String)] = [
      (.never, "none", "leaves pixels in 0 to 1"),
      (.again, "once more", "normalises the input once more than stated"),
      (.bytes, "0 to 255", "leaves pixels in 0 to 255"),
      (
        .bytesNormalised, "0 to 255 with constants for 0 to 1",
        "normalises pixels in 0 to 255 with constants for pixels in 0 to 1"
      ),
      (.fromBytes, "of 0 to 255", "takes its input for pixels in 0 to 255, and normalises them"),
      (.signed, "-1 to 1", "scales pixels to -1 to 1"),
    ]
    let orders: [(Preparation.Order, String, String)] = [
      (.reversed, "reversed", "sees the channels in reverse (BGR for RGB)"),
      (
        .reversedBefore, "reversed before normalisation",
        "reverses the channels (BGR for RGB) but not the constants of normalisation"
      ),
    ]
    return normalisations.map { normalisation, found, sentence in
      Candidate("normalisation", stated: stated, found: found, sentence) {
        $0.preparation.normalisation = normalisation
      }
    }
      + orders.map { order, found, sentence in
        Candidate("channel order", stated: input.channelOrder, found: found, sentence) {
          $0.preparation.order = order
        }
      }
  }

  /// The constant of batch norm.
  private static func constants(_ contract: Contract) -> [Candidate] {
    [(1e-3, "1e-3"), (1e-4, "1e-4"), (1e-5, "1e-5"), (1e-6, "1e-6")]
      .filter { abs($0.0 - contract.batchNorm.eps) > $0.0 * 1e-3 }
      .map { eps, text in
        Candidate(
          "eps", stated: "\(contract.batchNorm.eps)", found: text,
          "adds \(text) to the variances, not \(contract.batchNorm.eps)"
        ) { $0.checkpoint.contract.batchNorm.eps = eps }
      }
  }

  /// Which layer shrinks the picture.
  private static func strides(_ encoder: Contract.Encoder) -> [Candidate] {
    let layers = encoder.block == .basic ? 2 : 3
    var result = (0..<layers).filter { $0 != encoder.strideAt }.map { layer in
      Candidate(
        "stride", stated: "conv\(encoder.strideAt)", found: "conv\(layer)",
        "has a block's stride at conv\(layer), not at conv\(encoder.strideAt)"
      ) { $0.checkpoint.contract.encoder.strideAt = layer }
    }
    result.append(
      Candidate(
        "stem pooling", stated: encoder.stem.pool ? "pool" : "none",
        found: encoder.stem.pool ? "none" : "pool",
        encoder.stem.pool
          ? "does not pool after the first convolution" : "pools after the first convolution"
      ) { $0.checkpoint.contract.encoder.stem.pool.toggle() })
    let stride = encoder.stem.stride == 1 ? 2 : 1
    result.append(
      Candidate(
        "stem stride", stated: "\(encoder.stem.stride)", found: "\(stride)",
        "has stride \(stride) at the first convolution, not \(encoder.stem.stride)"
      ) { $0.checkpoint.contract.encoder.stem.stride = stride })
    return result
  }

  /// Which weights, and along which axes.
  private static func weights(_ checkpoint: Checkpoint) -> [Candidate] {
    var result = [
      Candidate(
        "kernels", stated: "OIHW", found: "OIWH", "takes the kernels' height for their width"
      ) { trial in
        trial.checkpoint.replaceTensors { path, tensor in
          tensor.shape.count == 4 && tensor.shape[2] == tensor.shape[3]
            ? tensor.permuted([0, 1, 3, 2]) : tensor
        }
      }
    ]
    if checkpoint.roles.contains(.onlineEncoder), checkpoint.roles.contains(.targetEncoder) {
      result.append(
        Candidate(
          "network", stated: "online", found: "target",
          "has the online and the target network exchanged"
        ) { trial in
          trial.checkpoint = Checkpoint(
            entries: trial.checkpoint.entries.map {
              Checkpoint.Entry(exchanged($0.path), $0.tensor)
            }, contract: trial.checkpoint.contract)
        })
    }
    return result
  }

  /// The path in the other network.
  private static func exchanged(_ path: String) -> String {
    if path.hasPrefix("online/") { return "target/" + path.dropFirst(7) }
    if path.hasPrefix("target/") { return "online/" + path.dropFirst(7) }
    return path
  }
}

extension Checkpoint {
  /// Replaces tensors, given their paths, by others.
  fileprivate mutating func replaceTensors(_ change: (String, Tensor) -> Tensor) {
    self = Checkpoint(
      entries: entries.map { Entry($0.path, change($0.path, $0.tensor)) }, contract: contract)
  }
}

extension Contract.Padding {
  /// The rule that programs of the other kind have.
  fileprivate var other: Contract.Padding { self == .same ? .symmetric : .same }

  /// How the rule pads, in words.
  fileprivate var words: String { self == .same ? "as SAME" : "symmetrically" }
}
