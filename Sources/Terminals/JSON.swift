import FoundationEssentials

/// Prints a value as JSON: sorted keys, readable.
///
/// - Throws: where the value has no JSON form.
public func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
