import Archives
import Tensors

/// What the layers of Keras files are called for the rules of a dialect.
///
/// Keras numbers layers of a kind over the whole process (`conv2d_12`, `basic_block_5`), keeps the
/// blocks of all stages in one list, and has a file for each network. So no name of a file tells what
/// a layer does; its rank among the layers of its kind does. Here each tensor gets the name that it
/// has in the program, with its network before it and stages told apart:
/// `f_online/stage1/block0/convdown/kernel`, `g_online/fc1/bias`. A stage begins at a block whose
/// shortcut has a convolution.
///
/// Files are networks by their names: `f_online_200.h5`, `g_target.weights.h5`. One that is called
/// otherwise is taken for a network of the online branch: with convolutions the encoder `f`, without
/// them the predictor `q` where it has as many outputs as inputs, otherwise the projector `g`.
struct KerasArrangement {
  /// The name of this arrangement in dialect files.
  static let name = "keras"
  /// Formats of archives that have such files in them.
  static let formats: Set<String> = ["keras", "folder"]

  /// What was taken for granted, a sentence for each file.
  private(set) var notes: [String] = []

  /// Gives every leaf that belongs to a network its name for the rules.
  mutating func apply(to items: inout [LeafNames.Item], of archive: Archive) {
    guard case .mapping("folder", let files) = archive.root else {
      arrange(Array(items.indices), of: archive.name ?? "the file", below: 0, &items)
      return
    }
    var numbers: [Key: [Int]] = [:]
    for (number, item) in items.enumerated() {
      if let key = item.leaf.path.first { numbers[key, default: []].append(number) }
    }
    for file in files {
      arrange(numbers[file.key] ?? [], of: file.key.description, below: 1, &items)
    }
  }

  /// Names the tensors of one file, which has `depth` keys before its root.
  private mutating func arrange(
    _ numbers: [Int], of name: String, below depth: Int, _ items: inout [LeafNames.Item]
  ) {
    let layers = KerasLayer.layers(of: items, numbers, below: depth)
    guard let named = Self.encoder(layers) ?? Self.head(layers) else { return }
    let isEncoder = layers.contains { $0.kind == .convolution }
    let network = network(name, isEncoder: isEncoder, layers)
    for (layer, place) in named {
      for weight in layer.weights {
        items[weight.item].bytes = Array("\(network)/\(place)/\(weight.word)".utf8)
      }
    }
  }

  /// The program's name for a file's network: that of the file, where it has one of the right kind.
  private mutating func network(
    _ name: String, isEncoder: Bool, _ layers: [KerasLayer]
  ) -> String {
    if let network = KerasNetworks.network(of: name, isEncoder: isEncoder) { return network }
    if isEncoder {
      notes.append(
        "\(name) is taken for the online encoder: only a file's name tells its network, where it "
          + "begins with f_online or f_target")
      return "f_online"
    }
    let dense = layers.filter { $0.kind == .dense }
    let isPredictor = dense.first?.shape.first == dense.last?.shape.last
    notes.append(
      "\(name) is taken for the online \(isPredictor ? "predictor" : "projector"), since it has "
        + (isPredictor ? "as many outputs as inputs" : "another number of outputs than of inputs")
        + ": only a file's name tells its network, where it begins with g_online, q_online or "
        + "g_target")
    return isPredictor ? "q_online" : "g_online"
  }

  /// The layers of a residual network of basic blocks with their places, or nil where they are none.
  private static func encoder(_ layers: [KerasLayer]) -> [(KerasLayer, String)]? {
    let containers = Dictionary(grouping: layers, by: \.container)
    let blocks = containers.filter { $0.value.count { $0.kind == .convolution } > 1 }
      .sorted {
        NaturalOrder($0.key.joined(separator: "/")) < NaturalOrder($1.key.joined(separator: "/"))
      }
    let stem = layers.filter { blockOf($0, blocks) == nil }
    guard !blocks.isEmpty, stem.count == 2,
      let conv = stem.first(where: { $0.kind == .convolution }),
      let norm = stem.first(where: { $0.kind == .norm })
    else { return nil }
    var named = [(conv, "conv1"), (norm, "bn1")]
    var (stage, number) = (0, 0)
    for (position, block) in blocks.enumerated() {
      let convs = block.value.filter { $0.kind == .convolution }
      let norms = block.value.filter { $0.kind == .norm }
      guard (2...3).contains(convs.count), convs.count == norms.count,
        convs.count + norms.count == block.value.count,
        convs.count == 2 || convs[2].shape.prefix(2) == [1, 1]
      else { return nil }
      if convs.count == 3, position > 0 { (stage, number) = (stage + 1, 0) }
      for (layer, word) in zip(convs, ["conv1", "conv2", "convdown"]) {
        named.append((layer, "stage\(stage)/block\(number)/\(word)"))
      }
      for (layer, word) in zip(norms, ["bn1", "bn2", "bndown"]) {
        named.append((layer, "stage\(stage)/block\(number)/\(word)"))
      }
      number += 1
    }
    return named
  }

  private static func blockOf(
    _ layer: KerasLayer, _ blocks: [(key: [String], value: [KerasLayer])]
  ) -> [String]? {
    blocks.first { $0.key == layer.container }?.key
  }

  /// The layers of a projector or predictor with their places, or nil where they are none.
  private static func head(_ layers: [KerasLayer]) -> [(KerasLayer, String)]? {
    let dense = layers.filter { $0.kind == .dense }
    let norms = layers.filter { $0.kind == .norm }
    guard dense.count == 2, norms.count == 1, layers.count == 3 else { return nil }
    return [(dense[0], "fc1"), (norms[0], "bn"), (dense[1], "fc2")]
  }
}
