import Archives
import FoundationEssentials
import Tensors

/// Reading a checkpoint from an archive of native names, whatever the format.
public enum NativeReading {
  /// Whether the archive's names are native: it has a contract and a provenance at the root.
  public static func recognises(_ archive: Archive) -> Bool {
    archive.root["contract"] != nil && archive.root["provenance"] != nil
  }

  /// Reads the checkpoint.
  ///
  /// - Throws: `Failure` (`badInput`): another major version, a document that does not decode, a name
  ///   that the layout does not have.
  /// - Parameters:
  ///   - withTree: whether the source's tree is read too; only writing the source's own dialect
  ///     needs it.
  ///   - drop: names to leave out.
  public static func read(
    _ archive: Archive, withTree: Bool = true, drop: NamePatterns = NamePatterns()
  ) throws -> Imported {
    var notes: [String] = []
    var documents: [String: [UInt8]] = [:]
    var entries: [Checkpoint.Entry] = []
    var extras: [Checkpoint.Entry] = []
    var ignored: [String] = []
    var unknown: [String] = []
    var dropped: Set<String> = []
    for leaf in archive.leaves {
      let name = leaf.name
      if name.hasPrefix("x-") || leaf.value.isEmptyContainer {
        if name.hasPrefix("x-") { ignored.append(name) }
        continue
      }
      guard case .tensor(let tensor) = leaf.value else {
        throw Failure(place: name, expected: "a tensor", found: "a scalar")
      }
      if NativeNames.documents.contains(name) || name == NativeNames.treePath {
        if name == "index" || (name == NativeNames.treePath && !withTree) { continue }
        guard tensor.elementType == .uint8, tensor.shape.count == 1 else {
          throw Failure(place: name, expected: "JSON as bytes", found: "\(tensor.elementType)")
        }
        documents[name] = try document(tensor, name)
        continue
      }
      if drop.matches(name) {
        dropped.insert(name)
        continue
      }
      if name.hasPrefix("extras/") {
        extras.append(Checkpoint.Entry(name, tensor))
        continue
      }
      guard ["online", "target", "optimizer", "training"].contains(name.prefix { $0 != "/" }) else {
        unknown.append(name)
        continue
      }
      entries.append(Checkpoint.Entry(name, tensor))
    }
    if !ignored.isEmpty {
      notes.append("\(ignored.count) tensors of other programs were ignored: \(ignored[0]) ...")
    }
    let isNewer = try checkVersion(archive, documents, &notes)
    // A newer minor version may have documents at the root that this program does not know.
    if let name = unknown.first(where: { !isNewer || $0.contains("/") }) {
      throw Failure(
        place: name, expected: "a name of the native layout (unknown groups begin with x-)",
        found: name)
    }
    if !unknown.isEmpty { notes.append("not read: \(unknown.joined(separator: ", "))") }
    var provenance = try decode(Provenance.self, "provenance", documents)
    provenance.counts?.drop(dropped)
    let contract = try decode(Contract.self, "contract", documents)
    try contract.check()
    let recipe = try decode(Recipe.self, "recipe", documents)
    try recipe.check()
    var checkpoint = Checkpoint(
      entries: entries, contract: contract,
      recipe: recipe, provenance: provenance,
      tree: documents[NativeNames.treePath] == nil
        ? nil
        : try decode(SourceTree.self, NativeNames.treePath, documents).without(dropped),
      extras: extras)
    if documents["verification"] != nil {
      checkpoint.verification = try decode(Verification.self, "verification", documents)
    }
    return Imported(checkpoint: checkpoint, notes: notes, dropped: dropped.count)
  }

  /// The bytes of a document that is not too large for one.
  static func document(_ tensor: Tensor, _ name: String) throws -> [UInt8] {
    do {
      try Document.check(
        tensor.byteCount,
        limit: name == NativeNames.treePath ? Document.treeByteLimit : Document.byteLimit)
      return try tensor.bytes()
    } catch var failure as Failure {
      failure.place = failure.place ?? name
      throw failure
    }
  }

  /// Refuses another major version, and notes a newer minor one: then the result is true.
  private static func checkVersion(
    _ archive: Archive, _ documents: [String: [UInt8]], _ notes: inout [String]
  ) throws -> Bool {
    struct Version: Decodable { var format_version: [Int] }
    var version = try decode(Version.self, "provenance", documents).format_version
    if let entry = archive.attributes.first(where: { $0.key == .text("format_version") }),
      case .sequence(_, let parts) = entry.value
    {
      version = try parts.compactMap { try $0.wholeNumber }
    }
    guard version.count == 2 else {
      throw Failure(place: "format_version", expected: "major and minor", found: "\(version)")
    }
    guard version[0] == NativeNames.major else {
      throw Failure(
        place: "format_version",
        expected: "version \(NativeNames.major).x of the layout, which this program reads",
        found: "version \(version[0]).\(version[1])")
    }
    if version[1] > NativeNames.minor {
      notes.append(
        "the file has version \(version[0]).\(version[1]) of the layout, this program knows "
          + "\(NativeNames.major).\(NativeNames.minor): what is new in it is not read")
    }
    return version[1] > NativeNames.minor
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ name: String, _ documents: [String: [UInt8]]
  ) throws -> Value {
    guard let bytes = documents[name] else {
      throw Failure(.badInput, place: name, "the file has no such document")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.badInput, place: name, "this JSON is not what it must be: \(describe(error))")
    }
  }
}

extension Provenance.Counts {
  /// Counts tensors of a native file that are left out as left out of its source.
  fileprivate mutating func drop(_ paths: Set<String>) {
    let fromExtras = paths.filter { $0.hasPrefix("extras/") }.count
    extras -= fromExtras
    used -= paths.count - fromExtras
    dropped += paths.count
  }
}

extension Node {
  fileprivate var isEmptyContainer: Bool { children?.isEmpty ?? false }
}
