import Archives
import FoundationEssentials
import Tensors

extension Checkpoint {
  /// The JSON documents of the native layout but the index: path, bytes, and name and version of the
  /// schema.
  ///
  /// - Throws: `Failure` where a value cannot be written as JSON (an infinite number, say).
  public func documents() throws -> [(path: String, json: [UInt8], schema: String)] {
    var result = [
      ("contract", try encode(contract), "contract 1.0"),
      ("recipe", try encode(recipe), "recipe 1.0"),
      ("provenance", try encode(provenance), "provenance 1.0"),
      ("verification", try encode(verification), "verification 1.0"),
    ]
    if let tree {
      result.append((NativeNames.treePath, try encode(tree, pretty: false), "tree 1.0"))
    }
    return result
  }

  /// The checkpoint in native names, for a format other than HDF5: documents are arrays of bytes.
  ///
  /// - Throws: `Failure` where a document cannot be written.
  public func nativeArchive(format: String) throws -> Archive {
    let tensors = entries + extras
    let documents = try documents().map {
      ($0.path, Node.tensor(try Tensor(.uint8, shape: [$0.json.count], bytes: $0.json)))
    }
    return Archive(
      .dict(tensors.map { ($0.path, Node.tensor($0.tensor)) } + documents), format: format)
  }

  private func encode(_ value: some Encodable, pretty: Bool = true) throws -> [UInt8] {
    try jsonBytes(value, pretty: pretty)
  }
}

/// Deterministic JSON: sorted keys, shortest numbers, a final line feed where it is for people.
///
/// - Throws: `Failure` where the value has no JSON form.
public func jsonBytes(_ value: some Encodable, pretty: Bool = true) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting =
    pretty
    ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    : [.sortedKeys, .withoutEscapingSlashes]
  do {
    return Array(try encoder.encode(value)) + (pretty ? [0x0A] : [])
  } catch {
    throw Failure(.badInput, "a value has no JSON form: \(error)")
  }
}
