import Archives
import Foundation
import TestSupport
import Tensors
import Testing

@testable import HDF5Writing

@Suite("HDF5 for other programs") struct TreeWritingTests {
  private func written(
    _ archive: Archive, as name: String = "tree.h5", in folder: TemporaryFolder,
    by write: (Archive, OutputFile) throws -> Void = { try writeTree($0, into: $1) }
  ) throws -> Archive {
    let path = folder.path(name)
    try Data().write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? handle.close() }
    try write(archive, OutputFile(descriptor: handle.fileDescriptor, path: path))
    let file = try MappedFile(path)
    #expect(try Formats.recognising(file).name == "keras")
    return try Keras().read(file)
  }

  @Test func `tensors of every type come back, with their bits`() throws {
    try withFolder { folder in
      let tensors = try assortedTensors()
      // bool, bfloat16 and the others, scalars and empty ones, each in its group.
      let groups = Dictionary(grouping: tensors) { $0.tensor.elementType.rawValue }
      let tree = Node.dict(
        groups.sorted { $0.key < $1.key }.map { type, tensors in
          (
            type,
            .dict(
              tensors.map {
                ($0.path.split(separator: "/").last.map(String.init) ?? "", .tensor($0.tensor))
              })
          )
        })
      let back = try written(Archive(tree, format: "keras"), in: folder)
      #expect(back.leaves.count == tensors.count)
      for tensor in tensors {
        let names = tensor.path.split(separator: "/").map(String.init)
        guard case .tensor(let found)? = back.root[names[1]]?[names[2]] else {
          throw Failure(expected: tensor.path, found: "\(back.leaves.map(\.name))")
        }
        #expect(try found.hasSameBits(as: tensor.tensor), "\(tensor.path)")
      }
    }
  }

  @Test func `values, attributes, odd names and the order of members come back`() throws {
    try withFolder { folder in
      let tensor = Node.tensor(try Tensor(floats: [1, 2], shape: [2]))
      let tree = Node.dict([
        ("@integer", .integer(-3)), ("@real", .real(0.5)), ("@bool", .bool(true)), ("@none", .none),
        ("@text", .text("größer")), ("@bytes", .bytes([1, 2])), ("@float32", tensor),
        ("@texts", .sequence(kind: "list", [.text("a"), .text(""), .text("ccc")])),
        ("@rows", .sequence(kind: "list", [.bytes([65]), .bytes([66, 67])])),
        ("z", .dict([("w", tensor)])), ("@b@units", .text("m")), ("b", tensor),
        (AttributeKey.escaped("a@~"), .text("dataset")), ("empty", .dict([])), ("nothing", .none),
      ])
      let archive = Archive(
        tree, format: "keras", attributes: [.init(.text("backend"), .text("jax"))])
      let back = try written(archive, in: folder)
      // The root's attributes among its members become the archive's, sorted by name.
      #expect(
        back.attributes.map(\.key.description) == [
          "backend", "bool", "bytes", "float32", "integer", "none", "real", "rows", "text", "texts",
        ])
      for attribute in back.attributes where attribute.key != .text("backend") {
        #expect(same(attribute.value, try #require(tree["@\(attribute.key)"])), "\(attribute.key)")
      }
      let members = try #require(tree.children).filter {
        if case .ofGroup? = AttributeKey($0.key.description) { false } else { true }
      }
      #expect(same(back.root, .mapping(kind: "group", members)), "\(back.root)")
    }
  }

  @Test func `what a file of h5py holds is written again as the same tree`() throws {
    try withFolder { folder in
      for name in ["assorted", "latest", "bfloat16"] {
        let path = Shared.inPackage("Tests/ArchivesTests/Fixtures/hdf5/\(name).h5")
        let archive = try Keras().read(MappedFile(path))
        let back = try written(archive, in: folder)
        #expect(same(archive.root, back.root), "\(name)")
        #expect(zip(archive.attributes, back.attributes).allSatisfy { same($0.value, $1.value) })
        _ = try written(archive, as: "again.h5", in: folder)
        #expect(
          try Data(contentsOf: URL(filePath: folder.path("tree.h5")))
            == Data(contentsOf: URL(filePath: folder.path("again.h5"))))
      }
    }
  }

  @Test func `what HDF5 cannot hold is refused by name`() throws {
    try withFolder { folder in
      for (tree, word) in [
        (Node.dict([("a/b", .integer(1))]), "/a/b"), (.dict([("a@b", .integer(1))]), "a@b"),
        (.dict([("a", .record(type: "x.Y", []))]), "/a"), (.integer(1), "root"),
        (.dict([("a", .sequence(kind: "list", [.integer(1)]))]), "/a"),
        (.dict([("@w@units", .text("m"))]), "/w@units"),
        (.dict([("@long", .bytes([UInt8](repeating: 65, count: 70_000)))]), "/@long"),
        (.dict([("a", .text("x\0y"))]), "/a"),
      ] {
        let refusal = try #require(
          failure { _ = try written(Archive(tree, format: "keras"), in: folder) })
        #expect(refusal.kind == .usage)
        #expect(refusal.description.contains(word), "\(refusal)")
      }
    }
  }

  @Test func `the lists of Keras 2 are made, and split where they are long`() throws {
    try withFolder { folder in
      let tensor = Node.tensor(try Tensor(floats: [1], shape: [1]))
      let layer = Node.dict([
        (
          "m",
          .dict([
            ("conv", .dict([("kernel:0", tensor), ("bias:0", tensor)])),
            (
              "bn",
              .dict([
                ("gamma:0", tensor), ("beta:0", tensor), ("moving_mean:0", tensor),
                ("moving_variance:0", tensor),
              ])
            ),
            ("conv2", .dict([("kernel:0", tensor)])),
          ])
        )
      ])
      let wide = Node.dict((0..<900).map { (String(repeating: "n", count: 100) + "\($0)", tensor) })
      let archive = Archive(
        .dict([("block", layer), ("a_wide", wide), ("top_level_model_weights", .dict([]))]),
        format: "keras")
      let back = try written(archive, in: folder) { try writeKeras($0, into: $1) }
      #expect(
        texts(back.root["block"]?["@weight_names"]) == [
          "m/conv/kernel:0", "m/conv/bias:0", "m/bn/gamma:0", "m/bn/beta:0", "m/conv2/kernel:0",
          "m/bn/moving_mean:0", "m/bn/moving_variance:0",
        ])
      #expect(back.root["a_wide"]?["@weight_names"] == nil)
      let parts = (0..<3).map { texts(back.root["a_wide"]?["@weight_names\($0)"]) }
      #expect(parts.filter { !$0.isEmpty }.count > 1)
      #expect(parts.joined().count == 900)
      #expect(
        texts(back.attributes.first { $0.key == .text("layer_names") }?.value) == [
          "block", "a_wide",
        ])
      #expect(
        back.attributes.map(\.key.description) == ["backend", "keras_version", "layer_names"])
    }
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `the lists that are made are those that Keras itself wrote`() throws {
    try withFolder { folder in
      for name in ["f_online_200", "g_online_200", "q_online_200"] {
        let genuine = try Keras().read(
          MappedFile(Shared.path("fixtures/dialects/keras_tf2_tiny/\(name).h5")))
        let layers = texts(genuine.attributes.first { $0.key == .text("layer_names") }?.value)
        var tree: [(String, Node)] = []
        for layer in layers {
          var weights = Node.dict([])
          for path in texts(genuine.root[layer]?["@weight_names"]) {
            let names = path.split(separator: "/").map(String.init)
            let value = names.reduce(genuine.root[layer]) { $0?[$1] }
            weights = put(try #require(value), at: names[...], in: weights)
          }
          tree.append((layer, weights))
        }
        let back = try written(Archive(.dict(tree), format: "keras"), in: folder) {
          try writeKeras($0, into: $1)
        }
        #expect(texts(back.attributes.first { $0.key == .text("layer_names") }?.value) == layers)
        for layer in layers {
          #expect(
            texts(back.root[layer]?["@weight_names"])
              == texts(genuine.root[layer]?["@weight_names"]), "\(name) \(layer)")
        }
      }
    }
  }

  /// The node with a value at a path inside it, new groups last.
  private func put(_ value: Node, at path: ArraySlice<String>, in node: Node) -> Node {
    guard let name = path.first else { return value }
    var entries = node.children ?? []
    let index = entries.firstIndex { $0.key == .text(name) }
    let inner = index.map { entries[$0].value } ?? .dict([])
    let entry = Node.Entry(.text(name), put(value, at: path.dropFirst(), in: inner))
    if let index { entries[index] = entry } else { entries.append(entry) }
    return .mapping(kind: "dict", entries)
  }

  private func texts(_ node: Node?) -> [String] {
    (node?.children ?? []).map {
      switch $0.value {
      case .text(let text): text
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      default: "?"
      }
    }
  }

  /// Whether two trees have the same keys in the same order and the same values.
  private func same(_ one: Node, _ other: Node) -> Bool {
    switch (one, other) {
    case (.none, .none): true
    case (.bool(let one), .bool(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.real(let one), .real(let other)): one == other
    case (.text(let one), .text(let other)): one == other
    case (.bytes(let one), .bytes(let other)): one == other
    case (.tensor(let one), .tensor(let other)): (try? one.hasSameBits(as: other)) ?? false
    case (.sequence(_, let one), .sequence(_, let other)):
      one.count == other.count && zip(one, other).allSatisfy { same($0, $1) }
    case (.mapping(_, let one), .mapping(_, let other)):
      one.map(\.key) == other.map(\.key) && zip(one, other).allSatisfy { same($0.value, $1.value) }
    default: false
    }
  }
}
