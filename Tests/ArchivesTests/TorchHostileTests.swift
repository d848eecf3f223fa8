import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("PyTorch files that lie")
struct TorchHostileTests {
  /// A pickle put together by hand.
  private struct Program {
    var bytes: [UInt8] = [0x80, 2]

    mutating func text(_ text: String) {
      bytes.append(UInt8(ascii: "X"))
      withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes += Array(text.utf8)
    }

    mutating func integer(_ value: Int) {
      bytes += [0x8A, 8]
      withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func global(_ module: String, _ name: String) {
      bytes += Array("c\(module)\n\(name)\n".utf8)
    }

    mutating func tuple(_ numbers: [Int]) {
      bytes.append(UInt8(ascii: "("))
      for number in numbers { integer(number) }
      bytes.append(UInt8(ascii: "t"))
    }
  }

  /// What a tensor of a file claims.
  private struct Claim {
    var type = "FloatStorage"
    var key = "0"
    var count = 4
    var offset = 0
    var shape = [4]
    var strides = [1]
    var part: [Int]?

    /// `{"a": _rebuild_tensor_v2(...)}`.
    var pickle: [UInt8] {
      var program = Program()
      program.bytes += Array("}".utf8)
      program.text("a")
      program.global("torch._utils", "_rebuild_tensor_v2")
      program.bytes += Array("((".utf8)
      program.text("storage")
      program.global("torch", type)
      program.text(key)
      program.text("cpu")
      program.integer(count)
      if let part {
        program.bytes += Array("(".utf8)
        program.text("view")
        for number in part { program.integer(number) }
        program.bytes += Array("t".utf8)
      }
      program.bytes += Array("tQ".utf8)
      program.integer(offset)
      program.tuple(shape)
      program.tuple(strides)
      program.bytes += [0x89]
      program.global("collections", "OrderedDict")
      program.bytes += Array(")RtRs.".utf8)
      return program.bytes
    }
  }

  private func zip(_ members: [(String, [UInt8])]) throws -> MappedFile {
    try mapped(
      written { file in
        let zip = ZipWriter(file)
        for (name, bytes) in members {
          try zip.add(name, size: bytes.count) { put in try bytes.withUnsafeBytes { try put($0) } }
        }
        try zip.finish()
      })
  }

  private func file(_ claim: Claim, _ more: [(String, [UInt8])] = []) throws -> MappedFile {
    try zip(
      [("r/data.pkl", claim.pickle), ("r/data/0", [UInt8](repeating: 0, count: 16))] + more)
  }

  private func refusal(
    _ file: MappedFile, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let failure = try failure(
      {
        let format = try Formats.recognising(file)
        for leaf in try format.read(file).leaves { _ = try leaf.value.tensor().bytes() }
      }, sourceLocation: sourceLocation)
    #expect(failure.kind == .badInput, sourceLocation: sourceLocation)
    #expect(failure.file != nil, sourceLocation: sourceLocation)
    return failure.description
  }

  @Test func `an honest claim is read`() throws {
    #expect(try Torch().read(file(Claim())).root["a"]?.tensor().floats() == [0, 0, 0, 0])
    let view = Claim(offset: 1, shape: [2], strides: [2])
    #expect(try Torch().read(file(view)).root["a"]?.tensor().shape == [2])
  }

  @Test func `tensors that reach out of their storage`() throws {
    for claim in [
      Claim(shape: [5]), Claim(offset: 1), Claim(offset: 5), Claim(offset: -1), Claim(offset: .max),
      Claim(shape: [2], strides: [4]), Claim(shape: [2], strides: [-1]), Claim(shape: [-1]),
      Claim(shape: [.max]), Claim(shape: [2], strides: [.max]), Claim(shape: [2, 2], strides: [2]),
      Claim(shape: [1 << 32, 1 << 32], strides: [0, 0]), Claim(shape: [4], strides: []),
    ] {
      _ = try refusal(file(claim))
    }
  }

  @Test func `a tensor of few bytes and 2^40 elements`() throws {
    // A stride of 0 repeats one element; whoever asks for the bytes would need a terabyte.
    let claim = Claim(shape: [1 << 40], strides: [0])
    #expect(try refusal(file(claim)).contains("times the file's size"))
    let honest = Claim(shape: [1 << 20], strides: [0])
    #expect(try Torch().read(file(honest)).root["a"]?.tensor().count == 1 << 20)
  }

  @Test func `many views of one storage`() throws {
    let budget = TorchBudget(fileOf: 1 << 20)
    for _ in 0..<1000 { try budget.spend(1 << 20, on: "the same") }
    for view in 0..<63 { try budget.spend(1 << 20, on: view) }
    #expect(throws: Failure.self) { try budget.spend(1, on: "another") }
  }

  @Test func `storages of another size than their members`() throws {
    for count in [3, 5, -1, .max, 1 << 62] {
      #expect(try refusal(file(Claim(count: count))).contains(count < 0 ? "persistent" : "member"))
    }
    #expect(try refusal(file(Claim(type: "DoubleStorage"))).contains("32 bytes"))
  }

  @Test(arguments: ["../data.pkl", "/etc/passwd", "", "1", "0/", "\u{0}"])
  func `keys that lead elsewhere`(key: String) throws {
    #expect(try refusal(file(Claim(key: key))).contains("expected a member"))
  }

  @Test(arguments: ["ComplexFloatStorage", "QInt8Storage", "system", "Tensor"])
  func `classes that are no storages of numbers`(type: String) throws {
    #expect(try refusal(file(Claim(type: type))).contains("expected a storage"))
  }

  @Test func `members of two directories, and pickles twice`() throws {
    #expect(try refusal(file(Claim(), [("other/data/0", [])])).contains("one directory"))
    #expect(try refusal(file(Claim(), [("r2/data.pkl", [])])).contains("one directory"))
    #expect(try refusal(file(Claim(), [("rest", [])])).contains("one directory"))
  }

  @Test func `versions and byte orders that nobody knows`() throws {
    for version in ["11", "0", "-1", "x", "3\n\n", "99999999999999999999"] {
      #expect(
        try refusal(file(Claim(), [("r/version", Array(version.utf8))])).contains("version from"))
    }
    let long = [UInt8](repeating: 0x31, count: 65)
    #expect(try refusal(file(Claim(), [("r/version", long)])).contains("65 bytes"))
    #expect(
      try refusal(file(Claim(), [("r/byteorder", Array("middle".utf8))])).contains("'middle'"))
  }

  @Test func `big-endian storages`() throws {
    let members = [
      ("r/data.pkl", Claim(count: 1, shape: [1]).pickle), ("r/byteorder", Array("big".utf8)),
      ("r/data/0", [0x3F, 0x80, 0, 0]),
    ]
    #expect(try Torch().read(zip(members)).root["a"]?.tensor().floats() == [1])
  }

  @Test func `a storage that stands in the tree is a record of its class with all elements`() throws
  {
    for (module, type, count) in [
      ("torch", "FloatStorage", 4), ("torch.storage", "UntypedStorage", 16),
    ] {
      var program = Program()
      program.bytes += Array("(".utf8)
      program.text("storage")
      program.global(module, type)
      program.text("0")
      program.text("cpu")
      program.integer(count)
      program.bytes += Array("tQ.".utf8)
      let file = try zip([
        ("r/data.pkl", program.bytes), ("r/data/0", [UInt8](repeating: 0, count: 16)),
      ])
      let leaf = try #require(try Torch().read(file).leaves.first)
      #expect(leaf.name == "__args__/0")
      #expect(try leaf.value.tensor().shape == [count])
    }
  }

  @Test func `bytes after the pickle`() throws {
    let members = [
      ("r/data.pkl", Claim().pickle + [0]), ("r/data/0", [UInt8](repeating: 0, count: 16)),
    ]
    #expect(try refusal(zip(members)).contains("end of the pickle"))
  }

  @Test func `booleans other than 0 and 1`() throws {
    let members = [
      ("r/data.pkl", Claim(type: "BoolStorage").pickle), ("r/data/0", [0, 1, 2, 0]),
    ]
    #expect(try refusal(zip(members)).contains("0 or 1"))
  }

  /// A file of the old kind of one storage.
  private func legacy(
    _ claim: Claim, keys: [String] = ["0"], count: Int64 = 4, bytes: Int = 16
  ) throws -> MappedFile {
    var program = Program()
    program.bytes += Array("](".utf8)
    for key in keys { program.text(key) }
    program.bytes += Array("e.".utf8)
    let head: [UInt8] =
      [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
      + [0x80, 2, 0x4D, 0xE9, 3, 0x2E] + [0x80, 2, 0x7D, 0x2E]
    let storage =
      withUnsafeBytes(of: count.littleEndian) { Array($0) } + (0..<bytes).map { UInt8($0) }
    return try mapped(head + claim.pickle + program.bytes + storage)
  }

  @Test func `old files, and parts of storages`() throws {
    let whole = try TorchLegacy().read(legacy(Claim())).root["a"]?.tensor()
    #expect(try whole?.bytes() == (0..<16).map { UInt8($0) })
    let part = Claim(shape: [2], part: [1, 2])
    let tensor = try TorchLegacy().read(legacy(part)).root["a"]?.tensor()
    #expect(try tensor?.bytes() == (4..<12).map { UInt8($0) })
    for lie in [[1, 4], [-1, 2], [5, 0], [0, -1], [.max, 1], [1, .max]] {
      #expect(try refusal(legacy(Claim(shape: [0], part: lie))).contains("a part within"))
    }
    #expect(try refusal(legacy(Claim(shape: [3], part: [1, 2]))).contains("storage '0'"))
  }

  @Test func `old files whose storages lie`() throws {
    for count: Int64 in [3, 5, -1, .max] {
      #expect(try refusal(legacy(Claim(), count: count)).contains("expected 4 elements"))
    }
    #expect(try refusal(legacy(Claim(), bytes: 15)).contains("expected 16 bytes"))
    #expect(try refusal(legacy(Claim(), bytes: 17)).contains("1 bytes of no storage"))
    #expect(try refusal(legacy(Claim(), keys: [])).contains("of no storage"))
    #expect(try refusal(legacy(Claim(), keys: ["1"])).contains("that the object names"))
    #expect(try refusal(legacy(Claim(), keys: ["0", "0"])).contains("that the object names"))
    let huge = Claim(count: 1 << 62)
    #expect(try refusal(legacy(huge, count: 1 << 62)).contains("2^63"))
  }
}
