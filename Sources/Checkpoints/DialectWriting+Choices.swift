import Archives
import Tensors

extension DialectWriting {
  /// The form of the file that came, or the first of those that go with the format and have places for
  /// most of the weights.
  static func form(
    of dialect: Dialect, for checkpoint: Checkpoint, format: any ArchiveFormat
  ) throws -> DialectFile.FormText {
    let use = checkpoint.provenance.dialect.flatMap { $0.name == dialect.name ? $0 : nil }
    let fitting = dialect.file.forms.filter { $0.formats?.contains(format.name) ?? true }
    guard let first = fitting.first else {
      let formats = Set(dialect.file.forms.flatMap { $0.formats ?? [] }).sorted()
      throw Failure(
        .usage,
        "the dialect \(dialect.name) is written in \(formats.joined(separator: ", ")) files")
    }
    if let same = fitting.first(where: { $0.name == use?.form }) { return same }
    guard fitting.count > 1 else { return first }
    let weights = checkpoint.entries.filter { Role(of: $0.path).isWeights }
      .map { Array($0.path.utf8) }
    let words = dialect.maps.nativeWords
    var best = (form: first, held: -1)
    for form in fitting {
      let templates = try dialect.rules(of: form, spelling: .plain).compactMap {
        rule -> (Template, Bindings)? in
        guard case .tensor(let native, _) = rule.destination else { return nil }
        return (native, rule.bound)
      }
      let held = try weights.count { path in
        try templates.contains { try $0.0.match(path, maps: words, known: $0.1) != nil }
      }
      if held > best.held { best = (form, held) }
    }
    return best.form
  }

  /// The words of the file that came, or the dialect's defaults.
  static func variables(of dialect: Dialect, for checkpoint: Checkpoint) -> Bindings {
    let depth = Architecture.depth(
      block: checkpoint.contract.encoder.block, blocks: checkpoint.contract.encoder.blocks)
    var result: Bindings = [:]
    for (variable, text) in dialect.file.variables ?? [:] {
      result[variable] = text.default.replacing("{depth}", with: String(depth))
    }
    if let use = checkpoint.provenance.dialect, use.name == dialect.name {
      result.merge(use.variables) { $1 }
    }
    return result
  }
}
