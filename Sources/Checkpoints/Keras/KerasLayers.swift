import Archives
import Tensors

/// A layer in a file of Keras weights, whichever version of Keras wrote it: the tensors that lie side
/// by side, and what kind of layer has such ones.
struct KerasLayer {
  enum Kind {
    case convolution, dense, norm
  }

  var kind: Kind
  /// Its place in the file: `blocks/basic_block_1/conv1` (Keras 3),
  /// `basic_block_1/basic_res_net/basic_block_1/conv2d_3` (Keras 2).
  var path: [String]
  /// What it is part of: the layers of a residual block have one container.
  var container: [String]
  /// Its tensors: their number among the leaves, and Keras 2's word for them (`kernel`).
  var weights: [(item: Int, word: String)]
  /// The shape of its first tensor: of a kernel HWIO or IO.
  var shape: [Int]

  /// The words that Keras 3 has numbers for, in its order.
  static let words: [Kind: [String]] = [
    .convolution: ["kernel", "bias"],
    .dense: ["kernel", "bias"],
    .norm: ["gamma", "beta", "moving_mean", "moving_variance"],
  ]

  /// The layers among the leaves of one file, in the natural order of their places: `conv2d_10` comes
  /// after `conv2d_9`, since Keras numbers layers as they are made, over the whole process.
  ///
  /// - Parameters:
  ///   - items: every leaf.
  ///   - numbers: those of the file.
  ///   - depth: how many keys stand before the file's own root.
  static func layers(
    of items: [LeafNames.Item], _ numbers: [Int], below depth: Int
  ) -> [KerasLayer] {
    var found: [[String]: [Int]] = [:]
    for number in numbers where items[number].isTensor {
      let keys = items[number].leaf.path.dropFirst(depth).map(\.description)
      guard keys.count > 1, !keys.contains(where: { $0.hasPrefix("@") }) else { continue }
      found[keys.dropLast(), default: []].append(number)
    }
    return found.compactMap { KerasLayer(at: $0, $1, of: items) }
      .sorted { NaturalOrder($0.name) < NaturalOrder($1.name) }
  }

  private var name: String { path.joined(separator: "/") }

  /// The layer whose tensors have the place `path`, or nil where no layer of ours has such tensors.
  private init?(at path: [String], _ numbers: [Int], of items: [LeafNames.Item]) {
    var shapes: [String: [Int]] = [:]
    var members: [String: Int] = [:]
    for number in numbers {
      guard let key = items[number].leaf.path.last?.description,
        case .tensor(let tensor) = items[number].leaf.value
      else { return nil }
      let word = key.hasSuffix(":0") ? String(key.dropLast(2)) : key
      members[word] = number
      shapes[word] = tensor.shape
    }
    let isNumbered = path.last == "vars"
    let first = shapes[isNumbered ? "0" : "kernel"] ?? shapes["gamma"]
    let kind: Kind
    switch first?.count {
    case 4: kind = .convolution
    case 2: kind = .dense
    case 1: kind = .norm
    default: return nil
    }
    guard let first, let words = Self.words[kind] else { return nil }
    self.kind = kind
    shape = first
    weights = words.enumerated().compactMap { number, word in
      members[isNumbered ? String(number) : word].map { ($0, word) }
    }
    // A norm with one vector alone is another layer's; a layer with more tensors is none of these.
    guard weights.count == members.count, kind != .norm || weights.count == words.count else {
      return nil
    }
    self.path = isNumbered ? path.dropLast() : path
    container = isNumbered ? self.path.dropLast() : Array(path.prefix(1))
  }
}
