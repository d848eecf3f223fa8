import Archives
import Tensors

extension DialectWriting {
  /// The form of the file that came, or the first that goes with the format and has a place for the
  /// kind of encoder.
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
    let probe = checkpoint.entries.first { $0.path.contains("/encoder/") }?.path
    guard let probe else { return first }
    return try fitting.first { form in
      try dialect.rules(of: form, spelling: .plain).contains { rule in
        guard case .tensor(let native, _) = rule.destination else { return false }
        return native.match(
          Array(probe.utf8), maps: dialect.maps.nativeWords, known: rule.bound) != nil
      }
    } ?? first
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
