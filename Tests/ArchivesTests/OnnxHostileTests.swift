import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("hostile ONNX files")
struct OnnxHostileTests {
  private typealias Field = OnnxNumbers.Tensor

  /// An initializer `w` of float32 [1], as `change` makes it.
  private func initializer(
    name: String? = "w", type: Int? = 1, lengths: [Int] = [1], raw: [UInt8]? = [0, 0, 128, 63],
    _ change: (inout ProtobufMessage) throws -> Void = { _ in }
  ) throws -> ProtobufMessage {
    var message = ProtobufMessage()
    for length in lengths { message.add(Field.lengths, length) }
    if let type { message.add(Field.elementType, type) }
    if let name { message.add(Field.name, name) }
    if let raw {
      message.add(
        Field.raw, elementsOf: try Tensor(.uint8, shape: [raw.count], bytes: raw))
    }
    try change(&message)
    return message
  }

  /// A model of the given initializers.
  private func model(
    _ initializers: [ProtobufMessage], _ change: (inout ProtobufMessage) -> Void = { _ in }
  ) throws -> [UInt8] {
    var graph = ProtobufMessage()
    for tensor in initializers { graph.add(OnnxNumbers.Graph.initializer, tensor) }
    return try model(graph: graph, change)
  }

  private func model(
    graph: ProtobufMessage, _ change: (inout ProtobufMessage) -> Void = { _ in }
  ) throws -> [UInt8] {
    var model = ProtobufMessage()
    model.add(OnnxNumbers.Model.irVersion, 8)
    model.add(OnnxNumbers.Model.graph, graph)
    var operators = ProtobufMessage()
    operators.add(OnnxNumbers.OperatorSet.version, 17)
    model.add(OnnxNumbers.Model.operatorSet, operators)
    change(&model)
    return try written { try model.write(to: $0) }
  }

  private func entry(_ key: String, _ value: String) -> ProtobufMessage {
    var entry = ProtobufMessage()
    entry.add(OnnxNumbers.Property.key, key)
    entry.add(OnnxNumbers.Property.value, value)
    return entry
  }

  /// Reads everything.
  private func readWhole(_ bytes: [UInt8]) throws {
    for leaf in try Onnx().read(mapped(bytes)).leaves {
      if case .tensor(let tensor) = leaf.value { _ = try tensor.bytes() }
    }
  }

  private func refusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let failure = try failure({ try readWhole(bytes) }, sourceLocation: sourceLocation)
    #expect(failure.kind == .badInput, sourceLocation: sourceLocation)
    #expect(failure.description.utf8.count < 1000, sourceLocation: sourceLocation)
    return failure.description
  }

  /// Packed numbers of the given bytes, all of them ASCII.
  private func packed(_ numbers: [UInt8]) -> String { String(decoding: numbers, as: UTF8.self) }

  @Test func `the sound one is read`() throws {
    try readWhole(model([try initializer()]))
  }

  @Test func `data in another file is refused by its name, and not opened`() throws {
    for location in ["weights.bin", "../../../../etc/passwd", "/dev/zero"] {
      let message = try initializer(raw: nil) {
        $0.add(Field.externalData, entry("location", location))
        $0.add(Field.dataLocation, 1)
      }
      let said = try refusal(model([message]))
      #expect(said.contains("another file ('\(location)')") && said.contains("'w'"))
    }
    let silent = try initializer { $0.add(Field.dataLocation, 1) }
    #expect(try refusal(model([silent])).contains("another file"))
    let escape = try initializer(raw: nil) {
      $0.add(Field.externalData, entry("location", "\u{1B}[2J"))
    }
    #expect(try refusal(model([escape])).contains("'?[2J'"))
  }

  @Test func `two meanings are no meaning`() throws {
    let one = try initializer()
    #expect(try refusal(model([one, one])).contains("'w'"))
    let twoNames = try initializer { $0.add(Field.name, "v") }
    #expect(try refusal(model([twoNames])).contains("one name"))
    let twoTypes = try initializer { $0.add(Field.elementType, 6) }
    #expect(try refusal(model([twoTypes])).contains("one type"))
    let twoData = try initializer { $0.add(Field.floats, packed([0, 0, 0, 0])) }
    #expect(try refusal(model([twoData])).contains("one data field"))
    let twoGraphs = try model([one]) { $0.add(OnnxNumbers.Model.graph, ProtobufMessage()) }
    #expect(try refusal(twoGraphs).contains("one graph"))
    let twoKeys = try model([one]) { model in
      for value in ["1", "2"] { model.add(OnnxNumbers.Model.metadata, entry("k", value)) }
    }
    #expect(try refusal(twoKeys).contains("one value of 'k'"))
    let document = try model([try initializer(name: "contract")]) {
      $0.add(OnnxNumbers.Model.metadata, entry("byol-checkpoint/contract", "{}"))
    }
    #expect(try refusal(document).contains("'contract'"))
  }

  @Test(arguments: [
    [-1], [Int.max, Int.max], [Int.max], [1 << 62, 4], [2], [0], [1, 1, 2],
    Array(repeating: 1, count: 33),
  ])
  func `a shape that the data does not have is refused`(_ lengths: [Int]) throws {
    #expect(
      try refusal(model([try initializer(lengths: lengths)])).contains("'w'"))
  }

  @Test func `a type that is no number's is refused`() throws {
    for type in [nil, 0, 8, 14, 15, 17, 23, -1, Int.max] {
      #expect(
        try refusal(model([try initializer(type: type)])).contains("a type of"))
    }
  }

  @Test func `data in a field for another type is refused`() throws {
    let doubles = try initializer(raw: nil) { $0.add(Field.doubles, packed([0, 0, 0, 64])) }
    #expect(try refusal(model([doubles])).contains("a field for it"))
    let texts = try initializer(raw: nil) { $0.add(Field.strings, "abcd") }
    #expect(try refusal(model([texts])).contains("a field for it"))
    let unpacked = try initializer(raw: nil) { $0.add(Field.floats, Float(1)) }
    #expect(try refusal(model([unpacked])).contains("found four bytes"))
    #expect(try refusal(model([try initializer(raw: nil)])).contains("data of 1 elements"))
  }

  @Test func `numbers of variable length are counted before memory is taken`() throws {
    func numbers(_ count: Int, type: Int, _ field: Int, _ bytes: [UInt8]) throws -> [UInt8] {
      try model([
        try initializer(type: type, lengths: [count], raw: nil) {
          $0.add(field, elementsOf: try Tensor(.uint8, shape: [bytes.count], bytes: bytes))
        }
      ])
    }
    #expect(try refusal(numbers(1 << 60, type: 7, Field.int64s, [1])).contains("found 1"))
    #expect(try refusal(numbers(2, type: 7, Field.int64s, [1])).contains("2 numbers"))
    #expect(try refusal(numbers(1, type: 7, Field.int64s, [1, 0x80])).contains("more bytes"))
    let long = [UInt8](repeating: 0x80, count: 10) + [1]
    #expect(try refusal(numbers(1, type: 7, Field.int64s, long)).contains("64 bits"))
    // 200 is no int8, 2 no boolean, 2^16 no half.
    #expect(try refusal(numbers(1, type: 3, Field.int32s, [0xC8, 1])).contains("int8"))
    #expect(try refusal(numbers(1, type: 9, Field.int32s, [2])).contains("bool"))
    #expect(try refusal(numbers(1, type: 10, Field.int32s, [0x80, 0x80, 4])).contains("float16"))
  }

  @Test func `names are texts that can be printed`() throws {
    for name in ["", "a\u{1B}[31m", "a\nb", "a\0", String(repeating: "x", count: 513)] {
      #expect(try refusal(model([try initializer(name: name)])).contains("name"))
    }
    #expect(try refusal(model([try initializer(name: nil)])).contains("a name"))
  }

  @Test func `sparse initializers and segments are refused`() throws {
    var graph = ProtobufMessage()
    graph.add(OnnxNumbers.Graph.sparseInitializer, ProtobufMessage())
    #expect(try refusal(model(graph: graph)).contains("sparse"))
    let segment = try initializer { $0.add(Field.segment, ProtobufMessage()) }
    #expect(try refusal(model([segment])).contains("segment"))
  }

  @Test func `graphs inside graphs cost nothing`() throws {
    var inner = ProtobufMessage()
    for _ in 0..<20_000 {
      var outer = ProtobufMessage()
      outer.add(OnnxNumbers.Graph.node, inner)
      inner = outer
    }
    let bytes = try model(graph: inner)
    let time = try ContinuousClock().measure { try readWhole(bytes) }
    #expect(time < Patience.seconds(1))
  }

  @Test func `metadata without end is refused`() throws {
    let many = try model([try initializer()]) { model in
      for number in 0..<4097 { model.add(OnnxNumbers.Model.metadata, entry("k\(number)", "")) }
    }
    #expect(try refusal(many).contains("4096 entries"))
    let large = try model([try initializer()]) {
      $0.add(
        OnnxNumbers.Model.metadata, entry("k", String(repeating: "x", count: 1 << 24)))
    }
    #expect(try refusal(large).contains("bytes of metadata"))
  }

  @Test func `half a million empty initializers are refused at once`() throws {
    var graph: [UInt8] = []
    for _ in 0..<500_000 { graph += [0x2A, 0] }
    var message = ProtobufMessage()
    message.add(
      OnnxNumbers.Model.graph,
      elementsOf: try Tensor(.uint8, shape: [graph.count], bytes: graph))
    let bytes = try written { try message.write(to: $0) }
    #expect(try refusal(bytes + [0x42, 0]).contains("a name"))
  }

  @Test func `a file cut off anywhere is refused, or has lost whole metadata alone`() throws {
    let whole = try fixture("numbers.onnx").all()
    let names = try Onnx().read(mapped(whole)).leaves.map(\.name).filter { $0 != "note" }
    var readable = 0
    for count in 0..<whole.count {
      do {
        let archive = try Onnx().read(mapped(Array(whole.prefix(count))))
        #expect(archive.leaves.map(\.name).filter { $0 != "note" } == names)
        readable += 1
      } catch let failure as Failure {
        #expect(failure.kind == .badInput)
      }
    }
    // Behind the set of operators, and behind the first of two properties.
    #expect(readable == 2)
  }

  @Test func `no changed byte ends the program`() throws {
    let whole = try fixture("numbers.onnx").all()
    var refused = 0
    for position in whole.indices {
      for change in [0x01, 0x80, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[position] ^= change
        do { try readWhole(bytes) } catch let failure as Failure {
          #expect(failure.kind == .badInput, "\(failure)")
          refused += 1
        }
      }
    }
    #expect(refused > whole.count / 2)
  }
}
