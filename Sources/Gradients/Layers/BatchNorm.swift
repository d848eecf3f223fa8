import Checkpoints
import Tensors

/// A batch norm; where its moments come from, and where they go, the pass says.
struct BatchNorm<Arithmetic: Backend> {
  /// Its native name: `online/encoder/stem/bn`.
  let path: String
  let norm: Norm<Arithmetic.Scalar>
  /// Channels.
  let count: Int

  /// The batch norm of that name.
  ///
  /// - Throws: `Failure` (`badInput`) where scale or offset are missing or do not fit; a head's may have
  ///   neither, but running statistics (SimSiam's last one, `affine=False`).
  init(_ path: String, of parts: Parts<Arithmetic.Scalar>, count: Int) throws {
    let scale = try parts.vector(path + "/scale", count: count)
    let offset = try parts.vector(path + "/offset", count: count)
    let isPlain =
      scale == nil && offset == nil && parts.statistics.contains(path + "/mean")
      && !path.hasPrefix(parts.branch + "/encoder/")
    if !isPlain, scale == nil || offset == nil {
      throw Failure(
        .badInput, place: path + (scale == nil ? "/scale" : "/offset"),
        "the checkpoint has no such tensor")
    }
    self.path = path
    self.count = count
    norm = Norm(scale: scale, offset: offset, eps: parts.contract.batchNorm.eps)
  }
}
