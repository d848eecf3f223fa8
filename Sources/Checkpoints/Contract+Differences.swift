import FoundationEssentials

extension Contract {
  /// The fields that differ from another contract's: path, own value, the other's.
  ///
  /// - Throws: where a contract has no JSON form.
  package func differences(from other: Contract) throws -> [[String]] {
    try fieldDifferences(self, other)
  }
}

extension Recipe {
  /// The fields that differ from another recipe's: path, own value, the other's.
  ///
  /// - Throws: where a recipe has no JSON form.
  func differences(from other: Recipe) throws -> [[String]] { try fieldDifferences(self, other) }
}

/// The fields in which the JSON forms of two values differ: path, value of the first, of the second.
private func fieldDifferences(_ one: some Encodable, _ other: some Encodable) throws -> [[String]] {
  func fields(_ value: some Encodable) throws -> [String: JSONValue] {
    let json = try JSONDecoder().decode(JSONValue.self, from: Data(try jsonBytes(value)))
    return Dictionary(uniqueKeysWithValues: json.fields().map { ($0.path, $0.value) })
  }
  let (mine, theirs) = (try fields(one), try fields(other))
  return Set(mine.keys).union(theirs.keys).sorted().filter { mine[$0] != theirs[$0] }.map {
    [$0, mine[$0]?.text ?? "none", theirs[$0]?.text ?? "none"]
  }
}
