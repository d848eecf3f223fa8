import Tensors

/// An archive cut into several safetensors files and the index that joins them, as Hugging Face's
/// programs read them.
///
///     for shard in shards.files { try write(shard.archive, to: folder + shard.name) }
///     try write(shards.index, to: folder + "model.safetensors.index.json")
public struct SafetensorsShards {
  /// One of the files.
  public struct File: Sendable {
    /// The name, without a directory: `model-00001-of-00003.safetensors`.
    public let name: String
    /// The tensors of the file, and the archive's attributes.
    public let archive: Archive
  }

  /// The files, in order.
  public let files: [File]
  /// The content of the index: JSON with the tensors' bytes in all and the file of each name.
  public let index: [UInt8]

  /// The name of the index.
  public static func indexName(stem: String = "model") -> String {
    "\(stem).\(SafetensorsIndex.ending)"
  }

  /// Cuts an archive, whose order is kept, before each tensor with which a file would exceed `limit`.
  ///
  /// - Parameters:
  ///   - stem: what the files' names begin with.
  ///   - limit: the most bytes of tensors in a file; a larger tensor has a file of its own.
  /// - Throws: `Failure` (`usage`) where the archive cannot be held, or `limit` is not positive.
  public init(_ archive: Archive, stem: String = "model", limit: Int) throws {
    guard limit > 0 else { throw Failure(.usage, "a shard holds at least one byte") }
    var groups: [[SafetensorsLayout.Item]] = [[]]
    var size = 0
    var total = 0
    for item in try SafetensorsLayout.items(archive) {
      let count = item.tensor.byteCount
      if size > 0, size + count > limit {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].append(item)
      size += count
      total += count
    }
    func padded(_ number: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
    var files: [File] = []
    var lines: [String] = []
    for (number, group) in groups.enumerated() {
      let name = "\(stem)-\(padded(number + 1))-of-\(padded(groups.count)).safetensors"
      let part = Node.dict(group.map { ($0.name, .tensor($0.tensor)) })
      files.append(
        File(
          name: name,
          archive: Archive(part, format: archive.format, attributes: archive.attributes)))
      lines += group.map { "    \(jsonText($0.name)): \(jsonText(name))" }
    }
    self.files = files
    let map = lines.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n  }"
    index = Array(
      "{\n  \"metadata\": {\n    \"total_size\": \(total)\n  },\n  \"weight_map\": \(map)\n}\n".utf8
    )
  }
}
