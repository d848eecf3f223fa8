import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("safetensors files in shards")
struct SafetensorsShardsTests {
  private static let index = "model.safetensors.index.json"

  private func archive() throws -> Archive {
    let entries = try (0..<5).map { number in
      (
        "t\(number)",
        Node.tensor(try Tensor(floats: [Float](repeating: 1, count: number), shape: [number]))
      )
    }
    return Archive(.dict(entries), format: "safetensors")
  }

  /// A folder with the shards of `archive` and their index.
  private func folder(limit: Int) throws -> (TemporaryFolder, SafetensorsShards) {
    let folder = try TemporaryFolder()
    let shards = try SafetensorsShards(archive(), limit: limit)
    for shard in shards.files {
      let bytes = try written { try Safetensors().write(shard.archive, to: $0) }
      try Data(bytes).write(to: URL(filePath: folder.path(shard.name)))
    }
    try Data(shards.index).write(to: URL(filePath: folder.path(Self.index)))
    return (folder, shards)
  }

  private func read(_ folder: TemporaryFolder) throws -> Archive {
    try SafetensorsIndex().read(MappedFile(folder.path(Self.index)))
  }

  private func refusal(
    _ folder: TemporaryFolder, index: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try Data(index.utf8).write(to: URL(filePath: folder.path(Self.index)))
    return try failure({ _ = try read(folder) }, sourceLocation: sourceLocation).description
  }

  @Test(arguments: [(1, [2, 1, 1, 1]), (8, [2, 1, 1, 1]), (12, [3, 1, 1]), (1000, [5])])
  func `shards are cut in order and joined again`(limit: Int, counts: [Int]) throws {
    let (folder, shards) = try folder(limit: limit)
    defer { folder.remove() }
    #expect(shards.files.map { $0.archive.root.children?.count } == counts)
    #expect(
      shards.files.last?.name == "model-0000\(counts.count)-of-0000\(counts.count).safetensors")
    let file = try MappedFile(folder.path(Self.index))
    #expect(try Formats.recognising(file).name == "safetensors-index")
    let joined = try read(folder)
    #expect(joined.root.children?.map(\.key) == (0..<5).map { .text("t\($0)") })
    #expect(try joined.root["t3"]?.tensor().floats() == [1, 1, 1])
    #expect(joined.attributes.count == 1)
    #expect(String(decoding: shards.index, as: UTF8.self).contains("\"total_size\": 40"))
  }

  @Test func `an empty archive has one empty shard`() throws {
    let shards = try SafetensorsShards(Archive(.dict([]), format: ""), limit: 1)
    #expect(shards.files.count == 1)
    #expect(throws: Failure.self) { try SafetensorsShards(archive(), limit: 0) }
  }

  @Test func `a tensor that its file lacks, and one that the index lacks`() throws {
    let (folder, shards) = try folder(limit: 1000)
    defer { folder.remove() }
    let name = shards.files[0].name
    let most = (0..<4).map { "\"t\($0)\":\"\(name)\"" }.joined(separator: ",")
    #expect(try refusal(folder, index: "{\"weight_map\":{\(most)}}").contains("'t4'"))
    #expect(
      try refusal(folder, index: "{\"weight_map\":{\(most),\"x\":\"\(name)\"}}").contains("'x'"))
    #expect(
      try refusal(folder, index: "{\"weight_map\":{\(most),\"t0\":\"\(name)\"}}").contains("again"))
    #expect(try refusal(folder, index: "{\"metadata\":{}}").contains("weight_map"))
  }

  @Test(arguments: [
    "/etc/passwd", "../model.safetensors", "..", ".", "", "sub/model.safetensors", "a\\u0000b",
    "\\n",
  ])
  func `names that lead out of the directory`(name: String) throws {
    let (folder, _) = try folder(limit: 1000)
    defer { folder.remove() }
    #expect(
      try refusal(folder, index: "{\"weight_map\":{\"t0\":\"\(name)\"}}")
        .contains("index's own directory"))
  }

  @Test func `another spelling of the same letters is another name`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let tensor = Node.tensor(try Tensor(floats: [1], shape: [1]))
    let archive = Archive(.dict([("e\u{301}", tensor)]), format: "safetensors")
    let bytes = try written { try Safetensors().write(archive, to: $0) }
    try Data(bytes).write(to: URL(filePath: folder.path("a.safetensors")))
    let refusal = try refusal(folder, index: #"{"weight_map": {"\u00e9": "a.safetensors"}}"#)
    #expect(refusal.contains("expected a tensor of 'a.safetensors', found none"), "\(refusal)")
  }

  @Test func `symbolic links are not followed`() throws {
    let (folder, shards) = try folder(limit: 1000)
    defer { folder.remove() }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path(shards.files[0].name))
    #expect(
      try refusal(folder, index: "{\"weight_map\":{\"t0\":\"link\"}}").contains("a symbolic link"))
  }

  @Test func `other JSON is not taken for an index`() throws {
    for text in ["{}", "[\"weight_map\"]", "{\"a\":\"weight_map\"}", "{\"a\":{\"weight_map\":1}}"] {
      #expect(try !SafetensorsIndex().recognises(mapped(Array(text.utf8))), "\(text)")
    }
    #expect(try SafetensorsIndex().recognises(mapped(Array("{\"weight_map\":".utf8))))
  }
}
