import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("ONNX files")
struct OnnxTests {
  private func numbers() throws -> Archive { try Onnx().read(fixture("numbers.onnx")) }

  private func tensor(_ name: String, of archive: Archive) throws -> Tensor {
    try #require(archive.root[name]).tensor()
  }

  @Test(arguments: ElementType.allCases.filter { $0 != .bool })
  func `raw data of every type is read`(_ type: ElementType) throws {
    let tensor = try tensor("raw/\(type.rawValue)", of: numbers())
    #expect(tensor.elementType == type)
    #expect(tensor.shape == [2, 3])
    #expect(try tensor.doubles() == [0, 1, 2, 3, 4, 5])
  }

  @Test func `numbers in fields of their own are read`() throws {
    let archive = try numbers()
    func floats(_ name: String) throws -> [Double] {
      try tensor("field/\(name)", of: archive).doubles()
    }
    func whole(_ name: String) throws -> [Int]? {
      try tensor("field/\(name)", of: archive).integers()
    }
    #expect(try floats("float32") == [1, -2.5, 0, Double(Float(3e38))])
    #expect(try floats("float64") == [1, -2.5, 0, 1e300])
    #expect(try floats("float16") == [1, -2.5, 0, 65504])
    #expect(try floats("bfloat16") == [1, -2.5, 0, 256])
    #expect(try whole("bool") == [1, 0, 0, 1])
    #expect(try whole("int8") == [-1, 44, 0, 7])
    #expect(try whole("uint8") == [0, 255, 1, 2])
    #expect(try whole("int16") == [-1, 44, 0, 7])
    #expect(try whole("uint16") == [0, 65535, 1, 2])
    #expect(try whole("int32") == [-1 << 31, 1 << 31 - 1, 0, -1])
    #expect(try whole("uint32") == [0, 1 << 32 - 1, 1, 2])
    #expect(try whole("int64") == [.min, .max, 0, -1])
    #expect(
      try tensor("field/uint64", of: archive).bytes()[8..<16]
        == Array(repeating: 255, count: 8)[...])
  }

  @Test func `scalars, empty tensors, metadata and documents are read`() throws {
    let archive = try numbers()
    #expect(try tensor("scalar", of: archive).shape == [])
    #expect(try tensor("scalar", of: archive).floats() == [0.5])
    #expect(try tensor("empty", of: archive).shape == [0, 4])
    #expect(archive.attributes.map(\.key) == [.text("author")])
    #expect(try tensor("note", of: archive).bytes() == Array("{}".utf8))
  }

  @Test func `the content is recognised, and nothing else is`() throws {
    #expect(try Formats.recognising(fixture("numbers.onnx")).name == "onnx")
    for name in ["rows.npy", "types.npz", "scalar.npy"] {
      #expect(try !Onnx().recognises(fixture(name)), "\(name)")
    }
    // A safetensors header of 0x3A0108 bytes, TensorFlow's saved model, and half a graph.
    #expect(try !Onnx().recognises(mapped([0x08, 0x01, 0x3A, 0, 0, 0, 0, 0] + Array("{}".utf8))))
    #expect(try !Onnx().recognises(mapped([0x08, 0x01, 0x12, 3, 0x0A, 1, 0])))
    #expect(try Onnx().recognises(mapped([0x08, 0x08, 0x3A, 100, 0x0A])))
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `no file of another format is taken for one`() throws {
    let corpus = try Corpus()
    defer { corpus.remove() }
    var count = 0
    for sample in corpus.samples {
      guard let file = try? MappedFile(sample.path) else { continue }
      #expect(!Onnx().recognises(file), "\(sample.name)")
      count += 1
    }
    #expect(count > 500)
  }

  @Test func `every type comes back bit for bit, and the same archive gives the same bytes`() throws
  {
    let entries = try ElementType.allCases.map { type -> (String, Node) in
      let bytes = (0..<6 * type.byteCount).map { type == .bool ? UInt8($0 % 2) : UInt8($0 + 1) }
      let tensor = try Tensor(type, shape: [2, 3], bytes: bytes).permuted([1, 0])
      return ("a/\(type.rawValue)", .tensor(tensor))
    }
    let others: [(String, Node)] = [
      ("step", .integer(-7)), ("tau", .real(0.5)), ("done", .bool(true)),
      ("empty", .tensor(try Tensor(.float32, shape: [0, 2], bytes: []))),
    ]
    let archive = Archive(.dict(entries + others), format: "onnx")
    let bytes = try written { try Onnx().write(archive, to: $0) }
    #expect(try written { try Onnx().write(archive, to: $0) } == bytes)
    let again = try Onnx().read(mapped(bytes))
    #expect(again.leaves.map(\.name) == archive.leaves.map(\.name))
    for (name, node) in entries {
      let (mine, theirs) = (try tensor(name, of: again), try node.tensor())
      #expect(mine.shape == [3, 2])
      #expect(try mine.hasSameBits(as: theirs), "\(name)")
    }
    #expect(try tensor("step", of: again).integers() == [-7])
    #expect(try tensor("tau", of: again).doubles() == [0.5])
    #expect(try tensor("done", of: again).integers() == [1])
    #expect(try tensor("empty", of: again).shape == [0, 2])
  }

  @Test func `what no tensor is cannot be written`() throws {
    for root in [
      Node.dict([("name", .text("x"))]), .dict([("", .integer(1))]), .integer(1),
      .dict([("a", .dict([("b", .integer(1))]))]),
    ] {
      let refusal = try failure {
        _ = try written { try Onnx().write(Archive(root, format: "onnx"), to: $0) }
      }
      #expect(refusal.kind == .usage)
    }
  }

  @Test func `more than two gigabytes are refused before a byte is written`() throws {
    let large = try Tensor(
      .float32, shape: [1 << 20, 1 << 9], strides: [0, 0], source: HeapBytes([0, 0, 0, 0]))
    var count = -1
    let refusal = try failure {
      _ = try written { file in
        defer { count = file.position }
        try Onnx().write(Archive(.dict([("w", .tensor(large))]), format: "onnx"), to: file)
      }
    }
    #expect(refusal.kind == .usage)
    #expect(refusal.description.contains("safetensors"))
    #expect(count == 0)
  }
}
