import Glibc
import Tensors

/// How the target network of one checkpoint becomes that of another: how far, and whether towards the
/// online network.
///
/// After k updates the moving average is t_B = tau^k t_A + sum of w_i o_i, where the weights w_i of the
/// online networks in between add up to 1 - tau^k (Grill et al. 2020, equation 1). Of those networks the
/// first and the last are known, and the others lie about between them. So t_B - t_A is fitted by
/// u (o_A - t_A) + v (o_B - t_A) with least squares, and u + v is 1 - tau^k. For one update the fit is
/// exact, whether a program averages the online network before (u) or after (v) its step.
public struct TargetMovement: Codable, Hashable, Sendable {
  /// What became of the target.
  public enum Verdict: String, Codable, Sendable {
    /// Not a parameter changed.
    case still
    /// It moved towards the online network.
    case follows
    /// It moved elsewhere.
    case elsewhere
    /// Its parameters are now those of the online network.
    case copied
  }

  /// What became of it.
  public var verdict: Verdict
  /// The part of the way to the online network, 1 - tau^k; absent unless it follows.
  public var share: Double?
  /// The part of the movement, in the Euclidean norm, that the fit leaves; absent where it did not move.
  public var residual: Double?
  /// Updates between both, k, where both recipes count them.
  public var steps: Int?
  /// The factor of one update: exact for one, a mean of several; absent where the updates are not known.
  public var tau: Double?

  /// A movement of which more than this is not towards the online network goes elsewhere: the cosine
  /// with that direction is then less than 0.87.
  static let mostResidual = 0.5

  /// Looks at the parameters of encoder and projector that both networks of both checkpoints have; nil
  /// where there are none.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public init?(from one: Checkpoint, to other: Checkpoint) throws {
    var fit = MovementFit()
    var compared = 0
    for entry in one.entries where Self.isAveraged(entry.path) {
      let online = "online" + entry.path.dropFirst("target".count)
      guard let tB = other[entry.path], let oA = one[online], let oB = other[online],
        [tB, oA, oB].allSatisfy({ $0.shape == entry.tensor.shape })
      else { continue }
      compared += 1
      if try entry.tensor.hasSameBits(as: tB) {
        // The part that stands still counts as well: a fit to what moved alone would not be the average.
        try fit.addStill(entry.tensor, oA, oB)
      } else {
        try fit.add(entry.tensor, tB, oA, oB)
      }
    }
    guard compared > 0 else { return nil }
    if let before = one.recipe.step, let after = other.recipe.step, after > before {
      steps = after - before
    }
    guard fit.moved > 0 else {
      verdict = .still
      return
    }
    guard fit.toOnline > 0 else {
      verdict = .copied
      return
    }
    let (share, residual) = fit.solution
    self.residual = residual
    guard residual <= Self.mostResidual, share > 0, share < 1 else {
      verdict = .elsewhere
      return
    }
    verdict = .follows
    self.share = share
    tau = steps.map { pow(1 - share, 1 / Double($0)) }
  }

  /// Parameters of the networks that are averaged; running statistics are not everywhere.
  private static func isAveraged(_ path: String) -> Bool {
    (path.hasPrefix("target/encoder/") || path.hasPrefix("target/projector/"))
      && !path.hasSuffix("/mean") && !path.hasSuffix("/variance")
  }
}

/// The sums of the least-squares fit.
private struct MovementFit {
  /// |t_B - t_A|^2.
  var moved = 0.0
  /// |o_B - t_B|^2.
  var toOnline = 0.0
  /// Products of g = o_A - t_A and h = o_B - t_A with each other and with d = t_B - t_A.
  private var gg = 0.0
  private var gh = 0.0
  private var hh = 0.0
  private var dg = 0.0
  private var dh = 0.0

  mutating func add(_ tA: Tensor, _ tB: Tensor, _ oA: Tensor, _ oB: Tensor) throws {
    try unsafe NumbersAlongside.forEachPart(of: [tA, tB, oA, oB]) { parts in
      for index in unsafe parts[0].indices {
        let (t, d) = unsafe (parts[0][index], parts[1][index] - parts[0][index])
        let (g, h) = unsafe (parts[2][index] - t, parts[3][index] - t)
        let rest = h - d
        moved += d * d
        toOnline += rest * rest
        gg += g * g
        gh += g * h
        hh += h * h
        dg += d * g
        dh += d * h
      }
    }
  }

  mutating func addStill(_ t: Tensor, _ oA: Tensor, _ oB: Tensor) throws { try add(t, t, oA, oB) }

  /// u + v, and the part of the movement that is left.
  var solution: (share: Double, residual: Double) {
    let determinant = gg * hh - gh * gh
    var (u, v) = (0.0, 0.0)
    // Two online networks in nearly the same direction tell no more than one.
    if determinant > 1e-9 * gg * hh {
      (u, v) = ((dg * hh - dh * gh) / determinant, (dh * gg - dg * gh) / determinant)
    } else if hh > 0 {
      v = dh / hh
    } else if gg > 0 {
      u = dg / gg
    }
    let left = moved - u * dg - v * dh
    return (u + v, (max(0, left) / moved).squareRoot())
  }
}
