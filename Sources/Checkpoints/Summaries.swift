import Tensors

/// A checkpoint in a few words.
extension Contract {
  /// The networks in one line: `ResNet-50 1x, bottleneck (3, 4, 6, 3), 64-2048 channels, ...`.
  public var summary: String {
    guard encoder.family == "resnet" else {
      let family =
        switch encoder.family {
        case "audio-ntt": "AudioNTT encoder"
        case "none": "no encoder"
        default: "an encoder of a family that no engine here runs"
        }
      return ([family] + heads).joined(separator: "; ")
    }
    let blocks = encoder.blocks.map(String.init).joined(separator: ", ")
    let channels = encoder.channels.map(String.init).joined(separator: ", ")
    let parts = [
      "\(name)",
      "\(encoder.block.rawValue) blocks (\(blocks)), channels (\(channels))",
      "\(encoder.stem.kernel)x\(encoder.stem.kernel) stem"
        + (encoder.stem.pool ? " with pooling" : ""),
      "\(encoder.padding == .same ? "SAME" : "symmetric") padding",
    ]
    return (parts + heads).joined(separator: "; ")
  }

  /// Projector and predictor in a few words each.
  private var heads: [String] {
    var parts: [String] = []
    if let sem { parts.append("simplicial embedding \(sem.groups) x \(sem.size)") }
    if mlp.projector.count > 1 { parts.append("projector " + Self.chain(mlp.projector)) }
    if mlp.predictor.count > 1 { parts.append("predictor " + Self.chain(mlp.predictor)) }
    return parts
  }

  /// `ResNet-50`, `ResNet-200 x2`, or `ResNet` where depth or width is none of the usual.
  public var name: String {
    let usual: [(Block, [Int], Int)] = [
      (.basic, [2, 2, 2, 2], 18), (.basic, [3, 4, 6, 3], 34), (.bottleneck, [3, 4, 6, 3], 50),
      (.bottleneck, [3, 4, 23, 3], 101), (.bottleneck, [3, 8, 36, 3], 152),
      (.bottleneck, [3, 24, 36, 3], 200),
    ]
    let version = encoder.version == 2 ? " v2" : ""
    let base = encoder.block == .basic ? 64 : 256
    guard let depth = usual.first(where: { $0.0 == encoder.block && $0.1 == encoder.blocks })?.2,
      let first = encoder.channels.first, first % base == 0,
      encoder.channels == encoder.channels.indices.map({ first << $0 })
    else { return "ResNet\(version) of its own size" }
    return "ResNet-\(depth)\(version)" + (first == base ? "" : " x\(first / base)")
  }

  private static func chain(_ sizes: [Int]) -> String {
    sizes.map(String.init).joined(separator: "-")
  }
}

/// What a role has.
public struct RoleSummary: Codable, Sendable, Hashable {
  /// The role.
  public var role: Role
  /// Its tensors.
  public var tensors: Int
  /// Its trainable numbers, without running statistics.
  public var parameters: Int
  /// Its bytes.
  public var bytes: Int
}

extension Checkpoint {
  /// What each role has, in the order of `Role.allCases`; extras are counted too.
  public var roleSummaries: [RoleSummary] {
    var byRole: [Role: RoleSummary] = [:]
    for entry in entries + extras {
      let role = Role(of: entry.path)
      var summary =
        byRole[role] ?? RoleSummary(role: role, tensors: 0, parameters: 0, bytes: 0)
      summary.tensors += 1
      summary.bytes += entry.tensor.byteCount
      let isStatistic = entry.path.hasSuffix("/mean") || entry.path.hasSuffix("/variance")
      if role.isWeights, !isStatistic { summary.parameters += entry.tensor.count }
      byRole[role] = summary
    }
    return Role.allCases.compactMap { byRole[$0] }
  }
}
