import Archives
import Tensors

extension DialectWriting {
  var isOfKeras: Bool { dialect.file.arrange == KerasArrangement.name }

  /// Refuses encoders that the program's class does not build: it would take the weights for others, or
  /// not at all.
  ///
  /// - Throws: `Failure` (`usage`) that names what is different.
  func checkFitsKeras() throws {
    guard isOfKeras, checkpoint.entries.contains(where: { $0.path.contains("/encoder/") }) else {
      return
    }
    func refuse(_ place: String, _ reason: String) throws {
      throw Failure(
        .usage, place: place, "\(dialect.title) has no such encoder: \(reason)")
    }
    let encoder = checkpoint.contract.encoder
    if encoder.family != "resnet" {
      try refuse("encoder.family", "it builds residual networks, and this is \(encoder.family)")
    }
    if encoder.block != .basic {
      try refuse(
        "encoder.block", "it builds basic blocks, and these are \(encoder.block.rawValue)s")
    }
    if encoder.version != 1 {
      try refuse("encoder.version", "its batch norms come after the convolutions")
    }
    let stem = encoder.stem
    if stem.kernel != 3 || stem.stride != 1 || stem.pool {
      try refuse(
        "encoder.stem",
        "its first convolution is 3x3 with stride 1 and no pooling, and this one is "
          + "\(stem.kernel)x\(stem.kernel) with stride \(stem.stride)"
          + (stem.pool ? " and pooling" : ""))
    }
    if encoder.strideAt != 0 {
      try refuse("encoder.stride_at", "the first convolution of its blocks has the stride")
    }
    let usual = encoder.strides.indices.map { $0 == 0 ? 1 : 2 }
    if encoder.strides != usual {
      try refuse(
        "encoder.strides", "the strides of its stages are \(usual), not \(encoder.strides)")
    }
    for branch in Branch.allCases {
      for (stage, count) in encoder.blocks.enumerated() {
        for block in 0..<count {
          let place = "\(branch.rawValue)/encoder/stage\(stage)/block\(block)"
          guard checkpoint["\(place)/conv0/weight"] != nil else { continue }
          let hasShortcut = checkpoint["\(place)/shortcut/conv/weight"] != nil
          guard hasShortcut != (stage > 0 && block == 0) else { continue }
          try refuse(
            "\(place)/shortcut/conv/weight",
            hasShortcut
              ? "a shortcut has a convolution in the first block of a later stage alone"
              : "the first block of a later stage has a convolution in its shortcut")
        }
      }
    }
  }

  /// Refuses, or fills with zeros by the user's word, biases of convolutions that the dialect's own
  /// class has and the checkpoint lacks.
  func addConvolutionBiases(_ named: inout [Named], _ notes: inout [String]) throws {
    var count = 0
    for (number, mount) in form.text.mounts.enumerated() where mount.convBiases == true {
      for entry in checkpoint.entries
      where entry.path.hasPrefix(mount.native) && entry.path.hasSuffix("/weight") {
        let bias = String(entry.path.dropLast("weight".count)) + "bias"
        guard checkpoint[bias] == nil, entry.tensor.shape.count == 4 else { continue }
        guard options.zeroBiases else {
          throw Failure(
            .usage, place: bias,
            "\(dialect.title) has biases of convolutions and the checkpoint none; --zero-biases "
              + "writes zeros, which are trained from then on")
        }
        let outputs = entry.tensor.shape[0]
        let type = entry.tensor.elementType
        let zeros = try Tensor(
          type, shape: [outputs], bytes: [UInt8](repeating: 0, count: outputs * type.byteCount))
        try add(Checkpoint.Entry(bias, zeros), mount: number, to: &named)
        count += 1
      }
    }
    guard count > 0 else { return }
    notes.append(
      "zeros were written for the biases of \(Numbers.counted(count, "convolution")), which the "
        + "checkpoint has not")
  }

  /// The values with the names that Keras has for them.
  func placed(_ values: [(String, Node)]) -> [(String, Node)] {
    guard isOfKeras else { return values }
    var naming = KerasNaming(
      isKeras2: (format as? Keras)?.version == 2, blocks: checkpoint.contract.encoder.blocks)
    return values.map {
      (naming.path(of: $0.0).joined(separator: String(Spelling.separator)), $0.1)
    }
  }

  /// The tree with the kinds that a directory of HDF5 files has.
  func withKindsOfKeras(_ root: Node) -> Node {
    guard isOfKeras else { return root }
    return Self.withKinds(root, depth: 0)
  }

  private static func withKinds(_ node: Node, depth: Int) -> Node {
    guard case .mapping(_, let entries) = node else { return node }
    return .mapping(
      kind: depth == 0 ? "folder" : "group",
      entries.map { Node.Entry($0.key, withKinds($0.value, depth: depth + 1)) })
  }
}
