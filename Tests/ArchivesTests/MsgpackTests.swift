import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Flax msgpack files")
struct MsgpackTests {
  private func read(_ bytes: [UInt8]) throws -> Node { try Msgpack().read(mapped(bytes)).root }

  private func bytes(_ root: Node, chunkSize: Int = 1 << 30) throws -> [UInt8] {
    try written {
      try Msgpack(chunkSize: chunkSize).write(Archive(root, format: "msgpack"), to: $0)
    }
  }

  /// A map of one key, `a`, and the bytes of its value.
  private func map(_ value: UInt8...) -> [UInt8] { [0x81, 0xA1, 0x61] + value }

  @Test func `Flax's file is read, and written as Flax wrote it`() throws {
    let file = try fixture("flax.msgpack")
    #expect(try Formats.recognising(file).name == "msgpack")
    let root = try Msgpack().read(file).root
    let parameters = try #require(root["params"])
    for type in ElementType.allCases {
      let tensor = try #require(try parameters[type.rawValue]?.tensor())
      #expect(tensor.elementType == type)
      #expect(tensor.shape == [2, 3])
      #expect(try tensor.doubles() == (0..<6).map { type == .bool ? Double($0 % 2) : Double($0) })
    }
    #expect(try parameters["empty"]?.tensor().shape == [0, 3])
    #expect(try parameters["scalar"]?.tensor().doubles() == [0.5])
    #expect(try root["values"]?["numpy"]?["value"]?.tensor().floats() == [0.25])
    guard case .real(let imaginary)? = root["values"]?["complex"]?["imag"],
      case .integer(let whole)? = root["values"]?["whole"],
      case .text(let text)? = root["values"]?["text"]
    else { throw Failure(.badInput, "other values") }
    #expect(imaginary == -2)
    #expect(whole == -(1 << 40))
    #expect(text == String(repeating: "ä", count: 40))
    #expect(try bytes(root) == file.all())
  }

  @Test func `an array in chunks is one tensor, and is cut as Flax cuts it`() throws {
    let file = try fixture("chunked.msgpack")
    let root = try Msgpack().read(file).root
    let kernel = try #require(try root["kernel"]?.tensor())
    #expect(kernel.shape == [5, 7])
    #expect(try kernel.doubles() == (0..<35).map { Double($0) })
    #expect(try bytes(root, chunkSize: 64) == file.all())
    #expect(try read(bytes(root))["kernel"]?.tensor().hasSameBits(as: kernel) == true)
  }

  @Test(
    arguments: [
      [0x81, 0xA1], [0x81, 0xA1, 0x61], [0xC1], [0x81, 0x01, 0x02], [0xC0, 0xC0],
      [0x82, 0xA1, 0x61, 0xC0, 0xA1, 0x61, 0xC0], [0x81, 0xA1, 0xFF, 0xC0],
      [0xDF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDB, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xC6, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 1], [0xCF, 0xFF, 0, 0, 0, 0, 0, 0, 0],
      [0xD6, 0xFF, 0, 0, 0, 0],
      [0xD4, 7, 0], [0xD4, 1, 0], [0xD4, 2, 0], [0xD4, 3, 0], [],
    ] as [[UInt8]])
  func `damaged values`(bytes: [UInt8]) throws {
    #expect(throws: Failure.self) { try read(bytes) }
  }

  @Test func `arrays that lie about their bytes`() throws {
    let honest: [UInt8] = [0x93, 0x91, 2, 0xA5] + Array("uint8".utf8) + [0xC4, 2, 1, 0]
    func wrapped(_ inner: [UInt8]) -> [UInt8] { [0xC7, UInt8(inner.count), 1] + inner }
    #expect(try read(wrapped(honest)).tensor().bytes() == [1, 0])
    var longer = honest
    longer[2] = 3
    #expect(try failure { _ = try read(wrapped(longer)) }.description.contains("3 bytes for uint8"))
    #expect(throws: Failure.self) { try read(wrapped(honest + [0xC0])) }
    #expect(throws: Failure.self) { try read(wrapped(honest.dropLast(1))) }
    let huge: [UInt8] =
      [0x93, 0x92] + [0xCF, 0x40, 0, 0, 0, 0, 0, 0, 0] + [0xCF, 0x40, 0, 0, 0, 0, 0, 0, 0]
      + [0xA5] + Array("uint8".utf8) + [0xC4, 0]
    #expect(try failure { _ = try read(wrapped(huge)) }.description.contains("2^63"))
    let complex: [UInt8] = [0x93, 0x90, 0xA9] + Array("complex64".utf8) + [0xC4, 0]
    #expect(try failure { _ = try read(wrapped(complex)) }.description.contains("'complex64'"))
  }

  @Test func `depth is limited, and counts are not believed`() throws {
    let deep = { [UInt8](repeating: 0x91, count: $0) + [0xC0] }
    _ = try read(deep(MsgpackReader.depthLimit))
    #expect(
      try failure { _ = try read(deep(MsgpackReader.depthLimit + 1)) }.place
        == "byte \(MsgpackReader.depthLimit + 1)")
    #expect(throws: Failure.self) { try read(deep(100_000)) }
    #expect(throws: Failure.self) {
      try read(
        [0xDD, 0, 0x30, 0, 0]
          + [UInt8](repeating: 0xC0, count: 0x30_0000))
    }
  }

  @Test func `chunks that do not fit`() throws {
    let good = try bytes(
      .dict([("a", .tensor(try Tensor(floats: [1, 2, 3], shape: [3])))]), chunkSize: 8)
    #expect(try read(good)["a"]?.tensor().floats() == [1, 2, 3])
    let position = try #require(good.indices.first { good[$0...].starts(with: [0xA1, 0x30, 3]) })
    var lie = good
    lie[position + 2] = 4
    #expect(try failure { _ = try read(lie) }.description.contains("chunked array"))
  }

  @Test func `truncation and every flipped bit never crash`() throws {
    let bytes = try fixture("chunked.msgpack").all()
    for count in bytes.indices {
      #expect(throws: Failure.self, "cut to \(count)") { try read(Array(bytes.prefix(count))) }
    }
    for index in bytes.indices {
      for bit in 0..<8 {
        var mutant = bytes
        mutant[index] ^= 1 << bit
        _ = try? mutant.withUnsafeBytes {
          var reader = MsgpackReader(HeapBytes(mutant), CheckedBytes($0))
          for leaf in Archive(try reader.document(), format: "").leaves {
            _ = try leaf.value.tensor().bytes()
          }
        }
      }
    }
  }

  @Test func `what a file cannot hold is refused by its name`() throws {
    let trees: [(Node, String)] = [
      (.dict([("a", .sequence(kind: "tuple", []))]), "a: msgpack files cannot hold a tuple"),
      (.dict([("a", .record(type: "optax.State", []))]), "optax.State"),
      (.mapping(kind: "dict", [Node.Entry(.number(1), .none)]), "key"),
      (.dict([("__msgpack_chunked_array__", .none)]), "chunks"),
      (.record(type: "numpy.scalar", []), "scalar"), (.record(type: "complex", []), "complex"),
    ]
    for (tree, words) in trees {
      let refusal = try failure { _ = try bytes(tree) }
      #expect(refusal.kind == .usage)
      #expect(refusal.description.contains(words))
    }
  }

  @Test func `other files are not taken for msgpack`() throws {
    for bytes in [
      [0x80, 0x02, 0x7D], [0x93, 0x4E], [0x81, 0x01, 0x02], Array("PK".utf8), [0x89, 0x48],
    ] {
      #expect(try !Msgpack().recognises(mapped(bytes)), "\(bytes)")
    }
    #expect(try Msgpack().recognises(mapped([0x80])))
    #expect(try Msgpack().recognises(mapped(map(0xC0))))
  }
}
