import Foundation
import HDF5Records
import TestSupport
import Tensors
import Testing

@testable import Archives

/// Foreign HDF5, made by h5py (`Fixtures/hdf5/make.py`) and read through the limited process.
@Suite("Foreign HDF5") struct ForeignHDF5Tests {
  private func read(_ name: String) throws -> Archive { try Keras().read(fixture("hdf5/\(name)")) }

  private func numbers(_ archive: Archive, _ name: String) throws -> [Double] {
    let leaf = try #require(archive.leaves.first { $0.name == name })
    return try leaf.value.tensor().doubles()
  }

  @Test func `numbers of every type and byte order are read`() throws {
    let archive = try read("assorted.h5")
    for order in ["little", "big"] {
      for type in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"] {
        let name = "numbers/\(order)/\(type)"
        #expect(try numbers(archive, name) == [1, 4, 7, 10, 13, 16], "\(name)")
        let tensor = try #require(archive.root["numbers"]?[order]?[type]).tensor()
        #expect(tensor.shape == [2, 3])
        #expect(tensor.layout.isBigEndian == (order == "big" && !type.hasSuffix("1")))
        let kind = ["i": "int", "u": "uint", "f": "float"][type.prefix(1)] ?? ""
        let bits = 8 * (Int(type.suffix(1)) ?? 0)
        #expect(tensor.elementType.rawValue == "\(kind)\(bits)")
      }
    }
    #expect(try archive.root["numbers"]?["bool"]?.tensor().bytes() == [1, 0, 1])
    #expect(try archive.root["numbers"]?["bool"]?.tensor().elementType == .bool)
    #expect(try numbers(archive, "numbers/scalar") == [2.5])
    #expect(try archive.root["numbers"]?["empty"]?.tensor().shape == [0, 4])
    #expect(try numbers(archive, "unwritten") == [7, 7, 7, 7])
    #expect(try numbers(archive, "second") == [2.5])
  }

  @Test func `texts, attributes and odd names are kept`() throws {
    let archive = try read("assorted.h5")
    let texts = try #require(archive.root["texts"])
    #expect(try #require(texts["one"]).isText("größer"))
    guard case .sequence("list", let row) = texts["row"], row.count == 3, row[2].isText("ccc"),
      case .sequence("list", let fixed) = texts["fixed"], case .bytes(let bytes)? = fixed.last
    else { throw Failure(expected: "rows of texts", found: "\(texts)") }
    #expect(bytes == Array("bias".utf8))
    guard case .none? = archive.root["nothing"],
      case .integer(3)? = archive.root["numbers"]?["@int64"],
      case .real(0.25)? = archive.root["numbers"]?["@float64"],
      case .bool(true)? = archive.root["numbers"]?["@bool"]
    else { throw Failure(expected: "values", found: "\(archive.root)") }
    #expect(try archive.root["numbers"]?["@int32"]?.tensor().elementType == .int32)
    #expect(try archive.root["numbers"]?["@row"]?.tensor().layout.isBigEndian == true)
    #expect(try #require(archive.root["numbers"]?["@bool@units"]).isText("none"))
    #expect(archive.root["odd~1~0name"] != nil)
    #expect(archive.attributes.map(\.key) == [.text("backend"), .text("layer_names")])
    #expect(archive.attributes[0].value.isText("tensorflow"))
  }

  @Test func `compressed and compact datasets hold the same numbers as plain ones`() throws {
    let archive = try read("stored.h5")
    let plain = try #require(archive.root["plain"]).tensor()
    #expect(try plain.doubles() == (0..<3000).map(Double.init))
    for name in ["gzip", "all"] {
      #expect(try plain.hasSameBits(as: #require(archive.root[name]).tensor()), "\(name)")
    }
    #expect(try numbers(archive, "compact") == [1, 2, 4])
  }

  @Test func `newer files, in the order of creation, and user blocks are read`() throws {
    let latest = try read("latest.h5")
    #expect(latest.leaves.map(\.name) == ["z/w", "a/w", "m/w"])
    #expect(try numbers(latest, "m/w") == [0, 1, 2])
    #expect(try numbers(read("userblock.h5"), "w") == [0, 1, 2, 3, 4])
    #expect(Keras().recognises(try fixture("hdf5/userblock.h5")))
  }

  @Test func `both ways to store bfloat16 are read, without the attribute that says so`() throws {
    let archive = try read("bfloat16.h5")
    #expect(archive.leaves.map(\.name) == ["custom", "keras"])
    for leaf in archive.leaves {
      let tensor = try leaf.value.tensor()
      #expect(tensor.elementType == .bfloat16)
      #expect(try tensor.bytes() == [0x80, 0x3F, 0x00, 0xC0, 0xC0, 0x7F])
    }
  }

  @Test(arguments: [
    ("soft-link", "/a: expected a group or a dataset, found a soft link"),
    ("external-link", "/a: expected a group or a dataset, found a link to another file"),
    ("external-storage", "/a: expected elements in this file, found external storage"),
    ("virtual", "/a: expected elements in this file, found a virtual dataset"),
    ("compound", "/a: expected numbers or texts, found a compound type"),
    ("complex", "/a: expected numbers or texts, found a compound type"),
    ("reference", "/@r: expected numbers or texts, found references"),
    ("vlen", "/a: expected numbers or texts, found rows of variable length"),
    ("opaque", "/a: expected numbers or texts, found opaque data"),
    ("circle", "/a/b: expected a tree of groups, found a group inside itself"),
    ("lzf", "/a: expected the filters deflate, shuffle and fletcher32, found the filter 32000"),
    ("bomb", "/a: expected at most 16777216 bytes in a file of 1400, found more"),
    ("latin", "/a: expected texts in UTF-8, found other bytes"),
    (
      "deep",
      String(repeating: "/g", count: 64) + ": expected at most 64 groups deep, found more"
    ),
    (
      "long-chunk",
      "/a: expected chunks that inflate to 64 bytes, found one that inflates to more, or does not"
    ),
    ("short-chunk", "/a: expected chunks that inflate to 64 bytes, found one of 8"),
    ("sparse", "/a: expected at most 16777216 bytes in a file of 1400, found more"),
    (
      "long-double",
      "/a: expected numbers or texts, found floating-point numbers of an unusual kind"
    ),
    ("named-type", "/a: expected a group or a dataset, found a named type"),
    ("enumeration", "/a: expected numbers or texts, found an enumeration that is not bool"),
    (
      "scale-offset",
      "/a: expected the filters deflate, shuffle and fletcher32, found the filter 6"
    ),
    (
      "long-name",
      "/: expected names of 1 to 1024 bytes of UTF-8 without /, found '"
        + String(repeating: "n", count: 64) + "'"
    ),
    (
      "many-texts",
      "/a: expected at most 262144 bytes, found the shape [1073741824] of 1 bytes each"
    ),
    ("texts-of-two-axes", "/a: expected a text or a row of texts, found texts of shape [2, 1]"),
  ])
  func `what is no tree of numbers and texts is refused by name`(name: String, message: String)
    throws
  {
    let failure = try failure { _ = try read("refused-\(name).h5") }
    #expect(failure.kind == .badInput)
    #expect(failure.description.hasSuffix("refused-\(name).h5: \(message)"), "\(failure)")
  }

  @Test func `as many groups as there may be inside one another are read`() throws {
    let leaf = try #require(try read("deep.h5").leaves.first)
    #expect(leaf.path.count == Archive.depthLimit)
    #expect(try leaf.value.tensor().floats() == [7])
  }

  @Test func `a signature at any other place than HDF5's is none`() throws {
    let bytes = try fixture("hdf5/latest.h5").all()
    for count in [1, 511, 513, 768, 1536] {
      let shifted = try mapped([UInt8](repeating: 0, count: count) + bytes)
      #expect(!Keras().recognises(shifted))
      #expect(try failure { _ = try Keras().read(shifted) }.message.contains("signature"))
    }
  }

  @Test(arguments: ["latest.h5", "stored.h5"])
  func `a changed byte costs at most the process that reads it`(name: String) throws {
    let bytes = try fixture("hdf5/\(name)").all()
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("mutant.h5")
    var generator = SplitMix64(seed: 1)
    for _ in 0..<50 {
      var mutant = bytes
      // Structure lies at the beginning.
      let index = Int(generator.next() % UInt64(min(bytes.count, 3000)))
      mutant[index] ^= UInt8(truncatingIfNeeded: generator.next() | 1)
      try Data(mutant).write(to: URL(filePath: path))
      do {
        for leaf in try Keras().read(MappedFile(path)).leaves {
          if case .tensor(let tensor) = leaf.value { _ = try tensor.digest() }
        }
      } catch let failure as Failure {
        #expect(failure.kind == .badInput, "byte \(index): \(failure)")
      }
    }
  }

  @Test func `a file that ends early is refused at every length`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let bytes = try fixture("hdf5/userblock.h5").all()
    for count in stride(from: 1100, to: bytes.count, by: 97) {
      let path = folder.path("cut.h5")
      try Data(bytes[..<count]).write(to: URL(filePath: path))
      let failure = try failure { _ = try Keras().read(MappedFile(path)) }
      #expect(failure.kind == .badInput, "\(failure)")
    }
  }
}

extension Node {
  fileprivate func isText(_ text: String) -> Bool {
    if case .text(text) = self { true } else { false }
  }
}

/// Keras's own files.
@Suite("Keras files", .enabled(if: Shared.isPresent, Shared.why)) struct KerasTests {
  @Test func `every weight of both versions has the bits that h5py reads`() throws {
    let table = try fixture("hdf5/keras.tsv").withBytes { String(decoding: $0, as: UTF8.self) }
    let rows = table.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    let files = Dictionary(grouping: rows, by: { $0[0] })
    #expect(files.count == 10)
    for (name, rows) in files {
      let file = try MappedFile(Shared.path("fixtures/dialects/keras_tf2_tiny/\(name)"))
      #expect(try Formats.recognising(file).name == "keras")
      let archive = try Keras().read(file)
      let tensors = archive.leaves.filter { !$0.name.contains("@") }.filter {
        if case .tensor = $0.value { true } else { false }
      }
      #expect(tensors.map(\.name).sorted() == rows.map { $0[1] }.sorted())
      for row in rows {
        let leaf = try #require(tensors.first { $0.name == row[1] })
        let tensor = try leaf.value.tensor()
        #expect(tensor.elementType.rawValue == row[2])
        #expect(tensor.shape.map(String.init).joined(separator: "x") == row[3])
        #expect(try tensor.digest().description == row[4], "\(name) \(row[1])")
      }
    }
  }

  @Test func `the attributes of Keras 2 and the layers' names of Keras 3 are kept`() throws {
    func read(_ name: String) throws -> Archive {
      try Keras().read(MappedFile(Shared.path("fixtures/dialects/keras_tf2_tiny/\(name)")))
    }
    let second = try read("q_online_200.h5")
    #expect(
      second.attributes.map(\.key.description) == ["backend", "keras_version", "layer_names"])
    guard case .sequence("list", let names)? = second.root["dense_2"]?["@weight_names"] else {
      throw Failure(expected: "a list", found: "\(second.root)")
    }
    #expect(names.count == 2 && names[1].isText("projection_head_1/dense_2/bias"))
    #expect(
      try #require(try read("q_online.weights.h5").root["fc1"]?["vars"]?["@name"]).isText("dense_2")
    )
  }
}
