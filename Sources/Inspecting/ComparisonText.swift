import Checkpoints
import Tensors
import Terminals

/// A comparison as people read it: what happened, role by role, then the largest differences.
struct ComparisonText {
  let view: CheckpointDifferences
  let all: Bool

  /// The tensors that are listed where not all are.
  private static let most = 10

  init(_ view: CheckpointDifferences, all: Bool) {
    self.view = view
    self.all = all
  }

  func print() {
    for (name, file) in [("A", view.a), ("B", view.b)] {
      printLine("\(name) \(file.path): format \(file.format), dialect \(file.dialect)")
    }
    if view.a.architecture == view.b.architecture {
      printLine(view.a.architecture)
    } else {
      printLine("A \(view.a.architecture)")
      printLine("B \(view.b.architecture)")
    }
    Swift.print("")
    for sentence in view.sentences { printLine("* \(sentence.text)") }
    guard !view.same else { return printNotes() }
    printRoles()
    printTensors()
    printFields("contract", view.contract)
    printFields("recipe", view.recipe)
    printNotes()
  }

  private func printRoles() {
    printParagraph("roles")
    var table = Table(rightAligned: [1, 2, 3, 4, 5])
    table.row("role", "in A", "in B", "changed", "new", "gone", "")
    for role in view.roles {
      table.row(
        role.role.rawValue, Numbers.grouped(role.tensorsA), Numbers.grouped(role.tensorsB),
        Numbers.grouped(role.changed), Numbers.grouped(role.added), Numbers.grouped(role.removed),
        role.verdict.rawValue)
    }
    Swift.print(table.text)
  }

  private func printTensors() {
    // What only one side has is counted above, and listed on demand.
    let others = view.tensors.filter { all ? $0.verdict != .same : $0.verdict == .changed }
    guard !others.isEmpty else { return }
    let sorted = all ? others : others.sorted { Self.rank($0) > Self.rank($1) }
    let shown = sorted.prefix(all ? sorted.count : Self.most)
    printParagraph(all ? "tensors that differ" : "largest differences")
    var table = Table(rightAligned: [1, 2, 3, 4])
    table.row("tensor", "max abs", "relative", "ULP", "cosine", "")
    for tensor in shown {
      let numbers = tensor.difference
      table.row(
        tensor.path, numbers.map { Numbers.error($0.maxAbs) } ?? "",
        numbers?.relative.map(Numbers.error) ?? "", numbers?.ulp.map(Self.ulps) ?? "",
        numbers?.cosine.map { Numbers.fixed($0, 6) } ?? "", Self.words(tensor))
    }
    Swift.print(table.text)
    let rest = others.count - shown.count
    if rest > 0 { printLine("  and \(Numbers.counted(rest, "tensor")) more: --all lists them") }
  }

  /// Numbers of a type between two values; beyond a million only roughly.
  private static func ulps(_ distance: UInt64) -> String {
    distance <= 1_000_000 ? Numbers.grouped(Int(distance)) : Numbers.error(Double(distance))
  }

  /// Weights before what only training needs, and in both what differs most.
  private static func rank(_ tensor: TensorComparison) -> (Int, Double) {
    (Role(of: tensor.path).isWeights ? 1 : 0, size(tensor))
  }

  /// What is listed first: other shapes and numbers that are none, then large differences.
  private static func size(_ tensor: TensorComparison) -> Double {
    guard let difference = tensor.difference else { return .infinity }
    return difference.notFinite > 0 ? .infinity : difference.relative ?? difference.maxAbs
  }

  private static func words(_ tensor: TensorComparison) -> String {
    var words: [String] = []
    switch tensor.verdict {
    case .added: words.append("only in B")
    case .removed: words.append("only in A")
    default: break
    }
    if let a = tensor.a, let b = tensor.b {
      if a.shape != b.shape { words.append("\(a.shape) became \(b.shape)") }
      if a.dtype != b.dtype { words.append("\(a.dtype.rawValue) became \(b.dtype.rawValue)") }
    }
    if let difference = tensor.difference {
      if difference.notFinite > 0 {
        words.append("\(Numbers.grouped(difference.notFinite)) finite in one only")
      }
      if difference.isRounding { words.append(Self.rounded(difference, of: tensor)) }
    } else if tensor.verdict == .changed, tensor.a?.shape == tensor.b?.shape {
      words.append("other bytes")
    }
    if let place = tensor.sameAs, place != tensor.path { words.append("= \(place) of A") }
    return words.joined(separator: "; ")
  }

  /// What rounding did: numbers that are too small for the type are gone, which a relative difference of
  /// 1 says of a whole tensor alone.
  private static func rounded(_ difference: TensorDifference, of tensor: TensorComparison) -> String
  {
    guard difference.zeroed > 0, let form = tensor.b else { return "rounded" }
    let count = form.shape.reduce(1, *)
    return difference.zeroed == difference.differing && difference.differing == count
      ? "rounded: all are 0, too small for \(form.dtype.rawValue)"
      : "rounded: \(Numbers.grouped(difference.zeroed)) of \(Numbers.grouped(count)) became 0"
  }

  private func printFields(_ name: String, _ fields: [[String]]) {
    guard !fields.isEmpty else { return }
    printParagraph("\(name)")
    var table = Table()
    table.row("field", "A", "B")
    for field in fields { table.row(field) }
    Swift.print(table.text)
  }

  private func printNotes() {
    for note in view.notes { printParagraph("note: \(note)") }
  }
}
