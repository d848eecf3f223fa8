import Archives

/// The places that Keras gives to the tensors of garder14's networks, from the names that
/// `KerasArrangement` has for them.
///
/// Keras 3 keeps a layer under its attribute's name and numbers its tensors
/// (`blocks/basic_block_1/convdown/vars/0`); Keras 2 numbers the layers of a kind as they are made
/// (`basic_block_1/basic_res_net/basic_block_1/conv2d_5/kernel:0`) and is read by rank, so that it
/// does not matter where the numbers begin.
struct KerasNaming {
  /// Whether the names are those of Keras 2.
  let isKeras2: Bool
  /// Blocks in each stage of the encoder.
  let blocks: [Int]
  /// Numbers of layers, by network and kind, as Keras 2 gives them.
  private var numbers: [String: [String: Int]] = [:]

  init(isKeras2: Bool, blocks: [Int]) {
    self.isKeras2 = isKeras2
    self.blocks = blocks
  }

  /// The keys from the directory to a tensor; asked in the order in which layers are made.
  ///
  /// - Parameter name: `f_online/stage1/block0/convdown/kernel`.
  mutating func path(of name: String) -> [String] {
    let parts = name.split(separator: "/").map(String.init)
    guard parts.count >= 3 else { return parts }
    let (network, layer, word) = (parts[0], parts[parts.count - 2], parts[parts.count - 1])
    let kind = Self.kind(of: layer)
    let block = parts.count == 5 ? block(parts[1], parts[2]) : nil
    guard isKeras2 else {
      let number = KerasLayer.words[kind]?.firstIndex(of: word) ?? 0
      return [network] + (block.map { ["blocks", $0] } ?? []) + [layer, "vars", String(number)]
    }
    let numbered = numbered(Self.keras2Names[kind] ?? layer, network, of: parts.dropLast())
    let model = network.hasPrefix("f_") ? "basic_res_net" : "projection_head"
    let inside = block.map { [$0, model, $0] } ?? [numbered, model]
    return [network] + inside + [numbered, word + ":0"]
  }

  /// Whether a tree that came from files of Keras has the names that a format asks for: those of one
  /// version, or of any.
  static func keeps(_ root: Node, in format: any ArchiveFormat) -> Bool {
    guard let version = (format as? Keras)?.version else { return true }
    var files = [root]
    if case .mapping("folder", let entries) = root { files = entries.map(\.value) }
    return files.allSatisfy { hasVars($0, depth: 0) == (version == 3) }
  }

  private static func hasVars(_ node: Node, depth: Int) -> Bool {
    depth < 64
      && (node.children ?? []).contains {
        $0.key == .text("vars") || hasVars($0.value, depth: depth + 1)
      }
  }

  private static let keras2Names: [KerasLayer.Kind: String] = [
    .convolution: "conv2d", .dense: "dense", .norm: "batch_normalization",
  ]

  private static func kind(of layer: String) -> KerasLayer.Kind {
    layer.hasPrefix("conv") ? .convolution : layer.hasPrefix("fc") ? .dense : .norm
  }

  /// The name of a block in the one list of them.
  private func block(_ stage: String, _ block: String) -> String {
    let stage = Int(stage.dropFirst("stage".count)) ?? 0
    let number = Int(block.dropFirst("block".count)) ?? 0
    return Self.counted("basic_block", blocks.prefix(stage).reduce(0, +) + number)
  }

  /// A layer's name with its number among those of its kind.
  private mutating func numbered(
    _ word: String, _ network: String, of layer: ArraySlice<String>
  ) -> String {
    let place = layer.joined(separator: "/")
    let kind = network + "/" + word
    let number = numbers[kind]?[place] ?? numbers[kind]?.count ?? 0
    numbers[kind, default: [:]][place] = number
    return Self.counted(word, number)
  }

  private static func counted(_ word: String, _ number: Int) -> String {
    number == 0 ? word : "\(word)_\(number)"
  }
}
