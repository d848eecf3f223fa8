import Checkpoints

/// How PyTorch's ResNets are named in a file: what stands before the names, and their layout.
struct EncoderNames {
  /// A layout of names behind the prefix.
  enum Layout: CaseIterable {
    /// `conv1`, `bn1`, `layer1.0.conv1`: torchvision's attributes.
    case attributes
    /// `0`, `1`, `4.0.conv1`: the children of torchvision's ResNet in `nn.Sequential`.
    case children
  }

  /// Keys of the dictionaries that lead to the names: `state_dict`.
  let containers: [String]
  /// What stands before each name: `backbone.`.
  let prefix: String
  /// The layout.
  let layout: Layout
  /// First parts of names behind the prefix that are no encoder's: `fc`.
  let others: [String]

  /// Looks for the online encoder's names in a file that was written.
  ///
  /// - Parameters:
  ///   - checkpoint: the file as it was read again, with its tree.
  ///   - branch: the network.
  /// - Returns: nil where they are not PyTorch's names of a ResNet, whole and under one prefix.
  init?(of checkpoint: Checkpoint, branch: Branch) {
    let start = "\(branch.rawValue)/encoder/"
    let leaves = (checkpoint.tree?.leaves ?? []).compactMap { item in
      item.leaf.path.map { (name: item.name, path: $0) }
    }
    let paths = Set(leaves.map(\.path).filter { $0.hasPrefix(start) })
    let names = Set(leaves.map(\.name))
    for layout in Layout.allCases {
      for leaf in leaves where leaf.path == start + "stem/conv/weight" {
        guard let stem = layout.name(of: "stem/conv/weight"), leaf.name.hasSuffix(stem) else {
          continue
        }
        let whole = String(leaf.name.dropLast(stem.count))
        let expected = paths.map { layout.name(of: String($0.dropFirst(start.count))) }
        guard expected.allSatisfy({ $0.map { names.contains(whole + $0) } ?? false }) else {
          continue
        }
        let parts = whole.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        containers = Array(parts.dropLast())
        prefix = parts.last ?? ""
        self.layout = layout
        let modules = Set(expected.compactMap { $0?.split(separator: ".").first })
        let besides = names.filter { $0.hasPrefix(whole) }
          .compactMap { $0.dropFirst(whole.count).split(separator: ".").first }
        others = Set(besides).subtracting(modules).map(String.init).sorted()
        return
      }
    }
    return nil
  }
}

extension EncoderNames.Layout {
  /// The name of a native tensor of an encoder, or nil where PyTorch's ResNets have none.
  fileprivate func name(of path: String) -> String? {
    let leaves = [
      "weight": "weight", "bias": "bias", "scale": "weight", "offset": "bias",
      "mean": "running_mean", "variance": "running_var",
    ]
    var parts = path.split(separator: "/").map(String.init)
    guard let leaf = parts.popLast().flatMap({ leaves[$0] }) else { return nil }
    func number(_ part: String, _ word: String) -> Int? {
      part.hasPrefix(word) ? Int(part.dropFirst(word.count)) : nil
    }
    switch parts.count {
    case 2 where parts == ["stem", "conv"]: return (self == .attributes ? "conv1." : "0.") + leaf
    case 2 where parts == ["stem", "bn"]: return (self == .attributes ? "bn1." : "1.") + leaf
    case 3, 4:
      guard let stage = number(parts[0], "stage"), let block = number(parts[1], "block"),
        (0..<1000).contains(stage)
      else { return nil }
      let place = (self == .attributes ? "layer\(stage + 1)" : "\(stage + 4)") + ".\(block)."
      if parts.count == 4 {
        guard parts[2] == "shortcut", let child = ["conv": 0, "bn": 1][parts[3]] else { return nil }
        return place + "downsample.\(child).\(leaf)"
      }
      for word in ["conv", "bn"] {
        if let layer = number(parts[2], word), (0..<1000).contains(layer) {
          return place + "\(word)\(layer + 1).\(leaf)"
        }
      }
      return nil
    default: return nil
    }
  }
}
