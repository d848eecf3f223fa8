import Archives
import Checkpoints
import Tensors
import TestSupport

/// A genuine file, and the native name of each of its leaves.
struct Named {
  var archive: Archive
  /// Native names, in the order of the leaves; nil of what is none.
  var paths: [String?]
  /// The order of axes of each.
  var axes: [String?]

  /// Reads a file of the fixtures.
  init(_ path: String, _ dialect: Dialect) throws {
    let file = try MappedFile(Shared.path("fixtures/" + path))
    archive = try Formats.recognising(file).read(file)
    let leaves = try dialect.read(archive).checkpoint.tree?.leaves ?? []
    paths = leaves.map { item in
      item.leaf.path.flatMap { $0.hasPrefix("extras/") || $0.hasPrefix("recipe.") ? nil : $0 }
    }
    axes = leaves.map { $0.leaf.axes?.text }
  }
}

/// A genuine file whose names were taken away, and the names they were.
struct Shuffled {
  /// How names are taken away.
  enum Way: String, CaseIterable, Sendable {
    case plain = "names as they were"
    case plainSorted = "names as they were, order lost"
    case hashed = "names hashed, order kept"
    case words = "words hashed, order kept"
    case turned = "names hashed, axes turned"
    case sorted = "names hashed, order lost"
    case wordsSorted = "words hashed, order lost"

    var areWords: Bool { self == .words || self == .wordsSorted }
    var isOrderLost: Bool { self == .sorted || self == .wordsSorted || self == .plainSorted }
    var isPlain: Bool { self == .plain || self == .plainSorted }
  }

  var archive: Archive
  /// The native name of each new name; extras have none.
  var truth: [String: String] = [:]

  /// Takes the names of a file away.
  ///
  /// - Parameters:
  ///   - seed: of the hashes.
  ///   - isOnline: whether only the online network is kept.
  init(_ named: Named, _ way: Way, isOnline: Bool = false, seed: UInt64 = 1) throws {
    var entries: [(String, Node)] = []
    for (index, leaf) in named.archive.leaves.enumerated() {
      let path = named.paths[index] ?? ""
      if isOnline, !path.hasPrefix("online/"), !path.hasPrefix("training/bn/online/") { continue }
      let name =
        way.isPlain
        ? leaf.name : way.areWords ? Self.words(leaf.name, seed) : Self.hash(leaf.name, seed)
      var value = leaf.value
      if way == .turned, case .tensor(let tensor) = value {
        value = .tensor(Self.turned(tensor, named.axes[index]))
      }
      entries.append((name, value))
      if !path.isEmpty { truth[name] = path }
    }
    if way.isOrderLost {
      entries.sort { (Self.hash($0.0, seed), $0.0) < (Self.hash($1.0, seed), $1.0) }
    }
    archive = Archive(.dict(entries), format: named.archive.format)
  }

  /// PyTorch's order of axes where it was TensorFlow's, and the reverse.
  private static func turned(_ tensor: Tensor, _ axes: String?) -> Tensor {
    switch axes {
    case "HWIO": tensor.permuted([3, 2, 0, 1])
    case "OIHW": tensor.permuted([2, 3, 1, 0])
    case "OI", "IO": tensor.permuted([1, 0])
    default: tensor
    }
  }

  /// Each word between `/` and `.` becomes a hash of itself.
  private static func words(_ name: String, _ seed: UInt64) -> String {
    var result = ""
    var word = ""
    for character in name {
      if character == "/" || character == "." {
        result += hash(word, seed) + String(character)
        word = ""
      } else {
        word.append(character)
      }
    }
    return result + hash(word, seed)
  }

  /// FNV-1a, mixed once more; in base 36.
  private static func hash(_ text: String, _ seed: UInt64) -> String {
    var value = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    value ^= value >> 29
    value = value &* 0xBF58_476D_1CE4_E5B9
    return String(value ^ (value >> 32), radix: 36)
  }
}

/// How an inference compares with the truth: tensors whose place is known for sure and right, open or
/// unknown, or sure and wrong.
struct Score: Equatable, CustomStringConvertible {
  var right = 0
  var unsure = 0
  var wrong = 0

  /// - Parameter isNetworkLeft: whether it is left aside which of two equal networks is which.
  init(_ inference: Inference?, _ truth: [String: String], isNetworkLeft: Bool = false) {
    guard let inference else {
      unsure = truth.count
      return
    }
    let online = inference.questions.firstIndex { $0.subject == "which network is online" }
    func place(_ path: String?) -> String? {
      guard isNetworkLeft, let path else { return path }
      return path.replacing("online/", with: "network/").replacing("target/", with: "network/")
    }
    var said: Set<String> = []
    for assignment in inference.assignments {
      said.insert(assignment.source)
      let open = assignment.dependsOn.filter { !isNetworkLeft || $0 != online }
      if !open.isEmpty {
        unsure += 1
      } else if place(truth[assignment.source]) == place(assignment.native) {
        right += 1
      } else {
        wrong += 1
      }
    }
    unsure += truth.keys.count { !said.contains($0) }
  }

  var description: String { "\(right) / \(unsure) / \(wrong)" }
}
