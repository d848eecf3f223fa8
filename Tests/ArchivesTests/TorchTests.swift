import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("PyTorch files")
struct TorchTests {
  private func read(_ name: String) throws -> Archive {
    let file = try fixture("torch/\(name).pt")
    return try Formats.recognising(file).read(file)
  }

  private func refusal(_ name: String) throws -> String {
    try failure { _ = try read(name) }.description
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: TorchReference.all)
  func `genuine files are read as PyTorch reads them`(reference: TorchReference) throws {
    let file = try reference.file
    let archive = try Formats.recognising(file).read(file)
    let lines = try TorchReference.lines(archive.root)
    #expect(lines.count == reference.count)
    let text = lines.joined(separator: "\n") + "\n"
    #expect(Digest(of: Array(text.utf8)).description == reference.digest)
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `one network in three coats is one tree`() throws {
    let trees = try ["", ".legacy", ".proto4"].map { coat in
      let file = try MappedFile(Shared.path("fixtures/dialects/lucidrains_v082\(coat).pt"))
      let archive = try Formats.recognising(file).read(file)
      #expect(archive.format == (coat == ".legacy" ? "torch-legacy" : "torch"))
      return try description(archive.root)
    }
    #expect(trees[0].utf8.count > 10_000)
    #expect(trees[1] == trees[0])
    #expect(trees[2] == trees[0])
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `a module's buffers that have two names share a number`() throws {
    let file = try MappedFile(Shared.path("fixtures/dialects/lucidrains_v082.pt"))
    let root = try Torch().read(file).root
    let first = try root["net.conv1.weight"]?.tensor().layout.sharing
    #expect(first != nil)
    #expect(try root["online_encoder.net.conv1.weight"]?.tensor().layout.sharing == first)
    #expect(try root["target_encoder.net.conv1.weight"]?.tensor().layout.sharing != first)
  }

  @Test(arguments: ["kinds", "kinds_legacy"])
  func `views, types and values of every kind`(name: String) throws {
    let root = try read(name).root
    let views = try #require(root["views"])
    let table = try #require(try views["table"]?.tensor())
    #expect(try table.floats() == (0..<12).map { Float($0) })
    let sharing = try #require(table.layout.sharing)
    for (name, values, order) in [
      ("same", (0..<12).map { $0 }, .rowMajor), ("alias", (0..<12).map { $0 }, .rowMajor),
      ("row", [4, 5, 6, 7], .rowMajor),
      ("transposed", [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], .columnMajor),
      ("every other", [0, 2, 4, 6, 8, 10], .strided([4, 2])),
      ("spread", [0, 0, 0, 0, 0, 0], .strided([0, 0])),
    ] as [(String, [Int], StoredLayout.Order)] {
      let tensor = try #require(try views[name]?.tensor())
      #expect(try tensor.doubles() == values.map { Double($0) }, "\(name)")
      #expect(tensor.layout.order == order, "\(name)")
      #expect(
        tensor.layout.sharing == (["same", "alias"].contains(name) ? sharing : nil), "\(name)")
    }
    let types = try #require(root["types"]?.children)
    #expect(types.count == 10)
    for entry in types {
      let tensor = try entry.value.tensor()
      #expect(tensor.elementType.rawValue == entry.key.description)
      let isBool = tensor.elementType == .bool
      #expect(try tensor.doubles() == (0..<6).map { isBool ? Double($0 % 2) : Double($0) })
    }
    let channelsLast = try #require(try root["channels last"]?.tensor())
    #expect(channelsLast.layout.order == .strided([24, 1, 8, 2]))
    #expect(try channelsLast.floats() == (0..<24).map { Float($0) })
    #expect(try root["parameter"]?.tensor().floats() == (0..<8).map { Float($0) })
    #expect(try root["empty"]?.tensor().shape == [0, 3])
    #expect(try root["scalar"]?.tensor().doubles() == [3])
    #expect(try description(try #require(root["size"])).contains("tuple(3, 4)"))
    #expect(try description(try #require(root["device"])).hasPrefix("torch.device"))
    #expect(try description(try #require(root["dtype"])).contains("torch.float32"))
    #expect(
      try description(try #require(root["values"]))
        == "list(None, true, 1, -1099511627776, real \((0.5).bitPattern), \"ä\", "
        + "tuple(1, bytes [120]))")
  }

  @Test func `unsigned types, which PyTorch keeps as bytes`() throws {
    let root = try read("unsigned").root
    for type in [ElementType.uint16, .uint32, .uint64] {
      let tensor = try #require(try root[type.rawValue]?.tensor())
      #expect(tensor.elementType == type)
      #expect(try tensor.doubles() == [0, 1, 2, 3, 4, 5])
    }
  }

  /// What the module of the fixtures has in its `state_dict()`.
  private static let stateNames = [
    "conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
    "bn.num_batches_tracked", "fc.0.weight", "tied.weight",
  ]

  @Test func `a module that was saved whole is its state`() throws {
    let archive = try read("module")
    #expect(archive.format == "torch")
    #expect(archive.root.children?.map(\.key.description) == Self.stateNames)
    #expect(try archive.root["bn.running_mean"]?.tensor().floats() == [4, 5, 6, 7])
    let tied = try archive.root["tied.weight"]?.tensor().layout.sharing
    #expect(tied != nil)
    #expect(try archive.root["fc.0.weight"]?.tensor().layout.sharing == tied)
    guard case .text("__main__.Net")? = archive.attributes.first?.value else {
      throw Failure(.badInput, "\(archive.attributes)")
    }
    let nested = try read("nested_module").root
    #expect(nested.children?.map(\.key.description) == ["model", "epoch"])
    #expect(try description(try #require(nested["model"])) == description(archive.root))
  }

  @Test func `of TorchScript the weights are read`() throws {
    let archive = try read("script")
    #expect(archive.format == "torchscript")
    let names = try #require(archive.root.children?.map(\.key.description))
    #expect(Set(names) == Set(Self.stateNames + ["passing"]))
    let state = try read("module").root
    for name in Self.stateNames {
      #expect(
        try archive.root[name]?.tensor().hasSameBits(as: try #require(try state[name]?.tensor()))
          == true, "\(name)")
    }
  }

  @Test(arguments: ["protocol5", "legacy_protocol4", "no_checksums"])
  func `other protocols, and files without checksums`(name: String) throws {
    #expect(try read(name).root["a"]?.tensor().floats() == [0, 1, 2])
  }

  @Test func `a damaged storage is found when it is read`() throws {
    for (name, isFound) in [("protocol5", true), ("no_checksums", false)] {
      var bytes = try fixture("torch/\(name).pt").all()
      let position = try #require(
        bytes.indices.first { bytes[$0...].starts(with: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]) })
      bytes[position] = 1
      let tensor = try #require(try Torch().read(mapped(bytes)).root["a"]?.tensor())
      if isFound {
        #expect(try failure { _ = try tensor.bytes() }.description.contains("CRC-32"))
      } else {
        _ = try tensor.bytes()
      }
    }
  }

  @Test func `tensors of other kinds are refused by name`() throws {
    #expect(try refusal("sparse").contains("sparse tensor"))
    #expect(try refusal("complex").contains("complex numbers"))
    #expect(try refusal("quantised").contains("quantised"))
    #expect(try refusal("negated").contains("elements as they are"))
  }

  @Test(arguments: [
    ("legacy_protocol4", 1), ("protocol5", 3), ("kinds", 67), ("kinds_legacy", 31), ("script", 151),
    ("module", 71),
  ])
  func `truncation and flipped bytes never crash`(name: String, step: Int) throws {
    let bytes = try fixture("torch/\(name).pt").all()
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    func tryToRead(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(filePath: folder.path("sample")))
      let file = try MappedFile(folder.path("sample"))
      do {
        for leaf in try Formats.recognising(file).read(file).leaves {
          if case .tensor(let tensor) = leaf.value { _ = try tensor.bytes() }
        }
      } catch let failure as Failure {
        #expect(failure.kind == .badInput, "\(failure)")
      }
    }
    for count in stride(from: 0, to: bytes.count, by: step) {
      let cut = Array(bytes.prefix(count))
      try tryToRead(cut)
    }
    for index in stride(from: step / 2, to: bytes.count, by: step) {
      for change: UInt8 in [0x01, 0xFF] {
        var mutant = bytes
        mutant[index] ^= change
        try tryToRead(mutant)
      }
    }
  }
}
