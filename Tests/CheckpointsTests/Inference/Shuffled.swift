import Archives
import Checkpoints
import TestSupport
import Tensors

/// A genuine file whose names were taken away, and the names they were.
struct Shuffled {
  /// How names are taken away.
  enum Way: String, CaseIterable {
    /// Each name becomes one hash; the order stays.
    case hashed = "names hashed, order kept"
    /// Each word between `/` and `.` becomes a hash of itself; the order stays.
    case words = "words hashed, order kept"
    /// Names hashed, and sorted by hash.
    case sorted = "names hashed, order lost"
    /// Words hashed, and sorted by hash.
    case wordsSorted = "words hashed, order lost"
    /// Names hashed; convolutions as HWIO where they were OIHW, and the reverse; linear layers too.
    case turned = "axes turned, names hashed"
  }

  var archive: Archive
  /// The native name of each new name; extras have none.
  var truth: [String: String]
  /// How many leaves there are.
  var count: Int

  /// Takes the names of a file away.
  ///
  /// - Parameters:
  ///   - keep: which native names are kept in the file.
  ///   - seed: of the hashes.
  init(
    _ archive: Archive, _ dialect: Dialect, _ way: Way, seed: UInt64 = 1,
    keep: (String) -> Bool = { _ in true }
  ) throws {
    let read = try dialect.read(archive).checkpoint
    let leaves = read.tree?.leaves ?? []
    var entries: [(String, Node)] = []
    truth = [:]
    func hash(_ text: String) -> String {
      var value = seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xCBF2_9CE4_8422_2325
      for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      value ^= value >> 29
      value = value &* 0xBF58_476D_1CE4_E5B9
      return String(value ^ (value >> 32), radix: 16)
    }
    for (leaf, said) in zip(archive.leaves, leaves) {
      let path = said.leaf.path ?? ""
      guard keep(path) else { continue }
      var name = hash(leaf.name)
      if way == .words || way == .wordsSorted {
        name = ""
        var word = ""
        for character in leaf.name {
          if character == "/" || character == "." {
            name += hash(word) + String(character)
            word = ""
          } else {
            word.append(character)
          }
        }
        name += hash(word)
      }
      var value = leaf.value
      if way == .turned, case .tensor(let tensor) = value {
        if tensor.shape.count == 4, tensor.shape.count(where: { $0 != 1 }) > 1 {
          value = .tensor(tensor.permuted(said.leaf.axes?.text == "HWIO" ? [3, 2, 0, 1] : [2, 3, 1, 0]))
        } else if tensor.shape.count == 2, tensor.shape[0] != 1 {
          value = .tensor(tensor.permuted([1, 0]))
        }
      }
      entries.append((name, value))
      if !path.isEmpty, !path.hasPrefix("extras/"), !path.hasPrefix("recipe.") { truth[name] = path }
    }
    if way == .sorted || way == .wordsSorted { entries.sort { $0.0 < $1.0 } }
    self.archive = Archive(.dict(entries), format: archive.format)
    count = entries.count
  }
}

/// How an inference compares with the truth: tensors whose place is known for sure and right, open or
/// unknown, or sure and wrong.
struct Score: Equatable {
  var right = 0
  var unsure = 0
  var wrong = 0

  init(_ inference: Inference?, _ truth: [String: String]) {
    guard let inference else {
      unsure = truth.count
      return
    }
    var said: Set<String> = []
    for assignment in inference.assignments {
      said.insert(assignment.source)
      guard assignment.isSure else {
        unsure += 1
        continue
      }
      if truth[assignment.source] == assignment.native { right += 1 } else { wrong += 1 }
    }
    unsure += truth.keys.count { !said.contains($0) }
  }
}
