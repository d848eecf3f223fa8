extension Contract {
  /// The fields that differ from another contract's: path, own value, the other's.
  ///
  /// - Throws: where a contract has no JSON form.
  package func differences(from other: Contract) throws -> [[String]] {
    let mine = Dictionary(uniqueKeysWithValues: try fields.map { ($0.path, $0.value) })
    let theirs = Dictionary(uniqueKeysWithValues: try other.fields.map { ($0.path, $0.value) })
    return Set(mine.keys).union(theirs.keys).sorted().filter { mine[$0] != theirs[$0] }.map {
      [$0, mine[$0]?.text ?? "none", theirs[$0]?.text ?? "none"]
    }
  }
}
