import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Checkpoints of several files") struct FolderTests {
  private func tensor(_ value: Float) throws -> Node {
    .tensor(try Tensor(floats: [value], shape: [1]))
  }

  private func inFolder<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    return try body(folder)
  }

  private func write(
    _ entries: [(String, Float)], as name: String, in folder: TemporaryFolder
  ) throws {
    let tree = Node.dict(try entries.map { ($0.0, try tensor($0.1)) })
    let format = try #require(Formats.forWriting(name))
    let file = try AtomicFile(folder.path(name), AtomicFile.Options(force: true, sync: false))
    try format.write(Archive(tree, format: format.name), to: file.output)
    try file.commit()
  }

  private func write(_ text: String, as name: String, in folder: TemporaryFolder) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
  }

  @Test func `one checkpoint and its configuration are that checkpoint's tree`() throws {
    try inFolder { folder in
      try write([("w", 1)], as: "model.npz", in: folder)
      try write(
        #"{"model": {"depth": 50, "lr": 1e-3, "bn": true, "tag": null}, "sizes": [1, "a", -2]}"#,
        as: "config.json", in: folder)
      let read = try Folder(folder.url.path)
      #expect(read.archive.format == "npz")
      #expect(read.archive.leaves.map(\.name) == ["w"])
      #expect(read.parts.map(\.name) == ["model.npz"] && read.parts[0].key == nil)
      let config = try #require(read.archive.attributes.first { $0.key == .text("config.json") })
      guard case .integer(50)? = config.value["model"]?["depth"],
        case .real(0.001)? = config.value["model"]?["lr"],
        case .bool(true)? = config.value["model"]?["bn"],
        case .none? = config.value["model"]?["tag"],
        case .sequence("list", let sizes)? = config.value["sizes"], case .integer(-2) = sizes[2]
      else { throw Failure(expected: "the configuration", found: "\(config)") }
    }
  }

  @Test func `several checkpoints are members of one tree, sorted by name`() throws {
    try inFolder { folder in
      try write([("w", 1)], as: "b.npz", in: folder)
      try write([("w", 2)], as: "a.safetensors", in: folder)
      let read = try Folder(folder.url.path)
      #expect(read.archive.format == "folder")
      #expect(read.parts.map(\.key) == ["a", "b"])
      #expect(try read.archive.root["a"]?["w"]?.tensor().floats() == [2])
      #expect(try read.archive.root["b"]?["w"]?.tensor().floats() == [1])
      try write([("w", 3)], as: "b.safetensors", in: folder)
      #expect(
        try Folder(folder.url.path).archive.root.children?.map(\.key)
          == [.text("a"), .text("b.npz"), .text("b.safetensors")])
    }
  }

  @Test func `shards are read through their index, and only once`() throws {
    try inFolder { folder in
      try write([("x", 1)], as: "model-1.safetensors", in: folder)
      try write([("y", 2)], as: "model-2.safetensors", in: folder)
      try write(
        #"{"weight_map": {"y": "model-2.safetensors", "x": "model-1.safetensors"}}"#,
        as: "model.safetensors.index.json", in: folder)
      let read = try Folder(folder.url.path)
      #expect(read.parts.map(\.name) == ["model.safetensors.index.json"])
      #expect(read.archive.leaves.map(\.name) == ["y", "x"])
    }
  }

  @Test func `what is no checkpoint is left aside, with the reason`() throws {
    try inFolder { folder in
      try write([("w", 1)], as: "model.npz", in: folder)
      try write("hello", as: "README.md", in: folder)
      try write("{\"a\": 1}\n{\"a\": 2}\n", as: "log.json", in: folder)
      try write("{}", as: "model.npz.byol.json", in: folder)
      try write("", as: "empty", in: folder)
      try write("{\"a\": 1}", as: ".hidden.json", in: folder)
      try FileManager.default.createDirectory(
        atPath: folder.path("deeper"), withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("link.npz"), withDestinationPath: "model.npz")
      let read = try Folder(folder.url.path)
      #expect(read.parts.map(\.name) == ["model.npz"])
      #expect(
        read.leftAside.map(\.name)
          == ["README.md", "deeper", "empty", "link.npz", "log.json", "model.npz.byol.json"])
      #expect(read.leftAside[1].reason == "a directory")
      #expect(read.leftAside[3].reason == "a symbolic link")
      #expect(read.archive.attributes.isEmpty)
    }
  }

  @Test func `a directory without a checkpoint, or with a damaged one, is refused`() throws {
    try inFolder { folder in
      try write("{}", as: "config.json", in: folder)
      #expect(try failure { _ = try Folder(folder.url.path) }.kind == .badInput)
      try write([("w", 1)], as: "model.npz", in: folder)
      let bytes = try Data(contentsOf: URL(filePath: folder.path("model.npz")))
      try bytes.dropLast(9).write(to: URL(filePath: folder.path("model.npz")))
      let failure = try failure { _ = try Folder(folder.url.path) }
      #expect(failure.kind == .badInput && failure.file?.hasSuffix("model.npz") == true)
    }
    #expect(try failure { _ = try Folder("/nonexistent") }.kind == .inputOutput)
  }

  @Test func `files can be named one by one`() throws {
    try inFolder { folder in
      try write([("w", 1)], as: "b.npz", in: folder)
      try write([("w", 2)], as: "a.npz", in: folder)
      let read = try Folder(files: [folder.path("b.npz"), folder.path("a.npz")])
      #expect(read.parts.map(\.key) == ["a", "b"])
      #expect(read.archive.format == "npz")
      #expect(
        try failure { _ = try Folder(files: [folder.path("b.npz"), folder.path("b.npz")]) }.kind
          == .usage)
    }
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `the export of timm and Keras's files are read`() throws {
    let timm = try Folder(Shared.path("fixtures/dialects/timmhf_tiny"))
    #expect(timm.archive.format == "safetensors")
    #expect(timm.archive.attributes.contains { $0.key == .text("config.json") })
    let keras = try Folder(Shared.path("fixtures/dialects/keras_tf2_tiny"))
    #expect(keras.archive.format == "keras")
    #expect(
      keras.parts.map(\.key) == [
        "f_online", "f_online_200", "f_target", "f_target_200", "g_online", "g_online_200",
        "g_target", "g_target_200", "q_online", "q_online_200",
      ])
    #expect(keras.archive.root["q_online"]?["fc1"]?["vars"]?["0"] != nil)
    #expect(keras.archive.root["q_online_200"]?["@layer_names"] != nil)
  }
}
