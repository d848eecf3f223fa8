import Tensors

/// Sorts files by what they are: checkpoints, JSON documents, and the rest.
struct FileSorting {
  typealias Found = (name: String, file: MappedFile, format: any ArchiveFormat)
  /// Checkpoints, documents, and what is neither, with the reason.
  typealias Sorted = (
    found: [Found], documents: [(name: String, value: Node)],
    rest: [(name: String, reason: String)]
  )

  private var found: [Found] = []
  private var documents: [(name: String, value: Node)] = []
  private var rest: [(name: String, reason: String)] = []

  /// Takes a file in.
  mutating func add(_ name: String, _ file: MappedFile) throws {
    if name.hasSuffix(".byol.json") {
      rest.append((name, "a sidecar, which belongs to a file"))
    } else if let format = Formats.all.first(where: { $0.recognises(file) }) {
      found.append((name, file, format))
    } else if name.lowercased().hasSuffix(".json") {
      addDocument(name, file)
    } else {
      rest.append((name, file.count == 0 ? "empty" : "of no known format"))
    }
  }

  private mutating func addDocument(_ name: String, _ file: MappedFile) {
    guard file.count <= Document.byteLimit else {
      return rest.append((name, "a JSON document of more than \(Document.byteLimit) bytes"))
    }
    do {
      let value = try unsafe file.withCheckedBytes { bytes in
        var scanner = JSONScanner(bytes, place: name)
        let value = try scanner.value()
        try scanner.end()
        return value
      }
      documents.append((name, value))
    } catch {
      // A log, say, with a document on each line.
      rest.append((name, "no JSON document: \((error as? Failure)?.message ?? "\(error)")"))
    }
  }

  /// What there is, once all files are in: those that an index names are taken for its parts.
  func finished() throws -> Sorted {
    var shards: Set<String> = []
    for item in found where item.format is SafetensorsIndex {
      shards.formUnion(try SafetensorsIndex().fileNames(item.file))
    }
    return (found.filter { !shards.contains($0.name) }, documents, rest)
  }
}
