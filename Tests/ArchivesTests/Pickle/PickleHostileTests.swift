import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Hostile pickles")
struct PickleHostileTests {
  private func refusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try failure({ _ = try PickleFile().read(mapped(bytes)) }, sourceLocation: sourceLocation)
      .description
  }

  private func refusal(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String { try refusal(Array(text.utf8), sourceLocation: sourceLocation) }

  @Test(
    arguments: [
      ("cposix\nsystem\n(S'id'\ntR.", "posix.system"), ("cos\nsystem\n(tR.", "os.system"),
      ("c__builtin__\neval\n(tR.", "builtins.eval"), ("cbuiltins\nexec\n(tR.", "builtins.exec"),
      ("csubprocess\nPopen\n(tR.", "subprocess.Popen"), ("(iposix\nsystem\n.", "posix.system"),
      ("(cposix\nsystem\no.", "posix.system"), ("cctypes\nCDLL\n(tR.", "ctypes.CDLL"),
      ("csocket\nsocket\n)\u{81}.", "socket.socket"),
      ("cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR.", "os.system"),
      (
        "cdill._dill\n_get_attr\n(cdill._dill\n_import_module\n(S'os'\ntRS'system'\ntR(tR.",
        "os.system"
      ),
      ("ctorch.hub\nload\n(tR.", "torch.hub.load"),
      ("crequests.api\nget\n(tR.", "requests.api.get"),
      ("cnumpy.testing\nrunstring\n(tR.", "numpy.testing.runstring"),
      ("cpackage\nClass.method\n(tR.", "Class.method"), ("cpip\nmain\n(tR.", "pip.main"),
      ("c\nx\n(tR.", "x"), ("c\nx.y\n.", "x.y"),
      ("cos\nsystem.__call__\n.", "os.system"),
    ])
  func `what calls a function is refused by name`(pickle: String, name: String) throws {
    let bytes = Array(pickle.utf8).filter { $0 != 0xC2 }
    let message = try refusal(bytes)
    #expect(message.contains("only constructors of data are read") && message.contains(name))
  }

  @Test(
    arguments: [
      // The name in pieces, from the stack, from the memo, and as the result of another call.
      "\u{8C}\u{5}posix\u{8C}\u{6}system\u{93}\u{8C}\u{2}id\u{85}R.",
      "\u{8C}\u{5}posixq\u{0}0\u{8C}\u{6}systemq\u{1}0h\u{0}h\u{1}\u{93}\u{8C}\u{2}id\u{85}R.",
      "cposix\nsystem\n\u{8C}\u{2}id\u{85}}\u{92}.",
      "cbuiltins\ngetattr\n\u{8C}\u{5}posix\u{8C}\u{6}system\u{93}\u{8C}\u{8}__call__\u{86}R.",
    ])
  func `what calls a function by a detour is refused`(pickle: String) throws {
    let bytes = [0x80, 4] + pickle.unicodeScalars.map { UInt8($0.value) }
    let message = try refusal(bytes)
    #expect(message.contains("posix") && message.contains("system"), "\(message)")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a high stack whose top changes does not cost its height each time`() throws {
    let count = 200_000
    let nones = [UInt8](repeating: UInt8(ascii: "N"), count: count)
    // A tuple of one, thrown away.
    let changes = (0..<count).flatMap { _ in [UInt8(ascii: "N"), 0x85, UInt8(ascii: "0")] }
    let bytes = [0x80, 2, UInt8(ascii: "(")] + nones + changes + Array("t.".utf8)
    guard case .sequence("tuple", let items) = try Pickle(HeapBytes(bytes)).node() else {
      throw Failure(.badInput, "no tuple")
    }
    #expect(items.count == count)
  }

  @Test func `an index of the memo that would take all memory`() throws {
    // LONG_BINPUT at 2^32 - 1: a memo that is an array would have as many places.
    let message = [0x80, 2, 0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E] as [UInt8]
    guard case .none = try Pickle(HeapBytes(message)).node() else {
      throw Failure(.badInput, "another value than None")
    }
  }

  @Test func `objects of unknown classes are inert records`() throws {
    func node(_ text: String) throws -> [String] {
      try outline(Pickle(HeapBytes(Array(text.utf8).filter { $0 != 0xC2 })).node())
    }
    #expect(
      try node("clogging\nLogger\n)\u{81}}S'name'\nS'x'\nsb.")
        == ["logging.Logger{", "__state__: dict(", "name: 'x'", ")", "}"])
    #expect(
      try node("cmine\nMeter\n(I3\ntR.") == ["mine.Meter{", "__args__: tuple[", "3", "]", "}"])
    #expect(
      try node("cmine\nconfig\n)\u{81}S'k'\nI1\ns.")
        == ["mine.config{", "__pairs__: dict(", "k: 1", ")", "}"])
    #expect(
      try node("cmine\nList\n)\u{81}I1\na.") == ["mine.List{", "__items__: list[", "1", "]", "}"])
    #expect(try node("cos\nsystem\n.") == ["class{", "name: 'os.system'", "}"])
    #expect(
      try node("c__builtin__\ngetattr\n(cmine\nMeter\nS'mean'\ntR.")
        == ["class{", "name: 'mine:Meter.mean'", "}"])
  }

  @Test(arguments: [
    "cm\nA:b\n.", "(im\nA:b\n.", "cm:A\nb\n.", "cm\nA\u{1}\n.",
    "cm\n\(String(repeating: "A", count: 257))\n.",
    "cbuiltins\ngetattr\n(cm\n\(String(repeating: "A", count: 250))\nS'methods'\ntR.",
  ])
  func `names of classes that are none of Python's`(pickle: String) throws {
    #expect(try refusal(pickle).contains("expected a name of Python's, of at most 256 bytes"))
  }

  @Test func `a bomb of names for names`() throws {
    // Forty lists, each of which holds the one before twice.
    var bytes = Array("(lp0\n".utf8)
    for index in 1...40 { bytes += Array("0(g\(index - 1)\ng\(index - 1)\nlp\(index)\n".utf8) }
    let program = bytes + Array(".".utf8)
    let time = try ContinuousClock().measure {
      let message = try refusal(program)
      #expect(message.contains("at most 1048576 nodes"))
    }
    #expect(time < Patience.seconds(1))
  }

  @Test func `a bomb of one long text`() throws {
    let text = String(repeating: "x", count: 1 << 20)
    let bytes = Array("(V\(text)\np0\n".utf8) + (0..<100).flatMap { _ in Array("g0\n".utf8) }
    #expect(try refusal(bytes + Array("l.".utf8)).contains("bytes of texts"))
  }

  @Test func `nesting, from inside out and from outside in`() throws {
    let depth = 200_000
    let inside =
      [UInt8](repeating: UInt8(ascii: "]"), count: depth)
      + [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
    #expect(try refusal(inside + Array(".".utf8)).contains("levels"))
    let tuples = [UInt8(ascii: ")")] + [UInt8](repeating: 0x85, count: depth)
    #expect(try refusal(tuples + Array(".".utf8)).contains("levels"))
    // Each list is put into the one before after that one has its place.
    var outside = Array("]q\u{0}".utf8)
    for _ in 0..<depth { outside += Array("]q\u{1}ah\u{1}".utf8) }
    #expect(
      try refusal([UInt8(ascii: "]"), 0x71, 0] + Array("(".utf8) + outside).contains("expected"))
    let objects =
      Array("cm\nC\n".utf8) + [UInt8(ascii: ")")]
      + (0..<depth).flatMap { _ in [UInt8(0x85)] } + [0x52, 0x2E]
    #expect(try refusal(objects).contains("levels"))
  }

  @Test func `values that hold themselves`() throws {
    #expect(try refusal("]q\u{0}h\u{0}a.").contains("a list that holds itself"))
    #expect(try refusal("}q\u{0}I1\nh\u{0}s.").contains("a dict that holds itself"))
    let object = Array("cm\nC\n)".utf8) + [0x81] + Array("q\u{0}h\u{0}b.".utf8)
    #expect(try refusal(object).contains("a m.C that holds itself"))
  }

  @Test(
    arguments: [
      ("X\u{7F}\u{7F}\u{7F}\u{7F}.", "bytes"), ("B\u{7F}\u{7F}\u{7F}\u{7F}.", "bytes"),
      ("T\u{7F}\u{7F}\u{7F}\u{7F}.", "bytes"), ("N", "end of the file"), ("0.", "on the stack"),
      (".", "one value"), ("NN.", "one value"), ("(N.", "one value"), ("t.", "mark"),
      ("h\u{5}.", "memo"), ("g99\n.", "memo"), ("gx\n.", "memo"), ("p-1\n.", "memo"),
      ("Np-1\n.", "memo"), ("]Ns.", "stack"), ("}(Nu.", "without a value"), ("Na.", "stack"),
      ("NNa.", "to add to"), ("N)R.", "class or function"), ("cm\nC\nNR.", "tuple of arguments"),
      ("NNb.", "has state"), ("cm\nC\nNb.", "has state"), ("Pid\n.", "persistent id"),
      ("NQ.", "persistent id"), ("Ix\n.", "whole number"), ("L12x\n.", "whole number"),
      ("F0x1p3\n.", "a number"), ("S'abc\n.", "quotes"), ("S'\\q'\n.", "escape"),
      ("V\\u12\n.", "text"), ("V\\U00110000\n.", "text"), ("~.", "opcode"),
      ("(I1\nI2\ncm\nC\nl(d.", "one value"), ("}(I1\nNI1\nNu.", "key once"),
    ])
  func `programs that are none`(text: String, word: String) throws {
    #expect(try refusal(text).contains(word))
  }

  @Test func `opcodes that need what is not in the file are refused by name`() throws {
    for (byte, name) in [(0x82, "EXT1"), (0x97, "NEXT_BUFFER")] as [(UInt8, String)] {
      #expect(try refusal([0x80, 5, byte, 1, 0x2E]).contains(name))
    }
    #expect(try refusal([0x80, 9, 0x4E, 0x2E]).contains("protocol 9"))
    let eight: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 255]
    for opcode in [0x8D, 0x8E, 0x96, 0x95] as [UInt8] {
      #expect(try refusal([0x80, 5, opcode] + eight).contains("expected"))
    }
    #expect(try refusal([0x80, 2, 0x8B, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E]).contains("integer"))
    #expect(try refusal([0x80, 2, 0x8B, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E]).contains("length"))
  }

  @Test func `bytes after the pickle`() throws {
    #expect(try refusal("N.N.").contains("2 bytes more"))
  }

  /// The pickle of an array of two float32 with the given shape, type and bytes.
  private func array(shape: String = "I2\n", type: String = "f4", data: String = "U\u{8}12345678")
    -> String
  {
    "cnumpy\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(\(shape)tcnumpy\ndtype\n"
      + "(S'\(type)'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\n\(data)tb."
  }

  @Test(
    arguments: [
      "I3\n", "I-2\n", "I4611686018427387904\nI4\n", "I9223372036854775807\n", "I0\nI-1\n",
      String(repeating: "I1\n", count: 70) + "I2\n",
    ])
  func `shapes that do not fit the bytes`(shape: String) throws {
    #expect(try Pickle(HeapBytes(Array(array().utf8))).node().tensor().count == 2)
    #expect(try refusal(array(shape: shape)).contains("expected"))
  }

  @Test func `text that is not the bytes that the shape needs`() throws {
    let encode = { (text: String) in "c_codecs\nencode\n(V\(text)\nVlatin1\ntR" }
    #expect(
      try Pickle(HeapBytes(Array(array(data: encode("12345678")).utf8))).node().tensor().count == 2)
    #expect(try refusal(array(data: encode("1234567"))).contains("8 bytes"))
    // The count fits the text's length; that it is wrong is found when the text is decoded.
    let tensor = try Pickle(HeapBytes(Array(array(data: encode("\\u0031\\u0032345678")).utf8)))
      .node().tensor()
    #expect(try tensor.bytes() == Array("12345678".utf8))
    let longer = try Pickle(HeapBytes(Array(array(data: encode("\\u00311234567x")).utf8)))
      .node().tensor()
    #expect(throws: Failure.self) { try longer.bytes() }
    let other = try Pickle(HeapBytes(Array(array(data: encode("\\u01311234567")).utf8)))
      .node().tensor()
    #expect(throws: Failure.self) { try other.bytes() }
  }

  @Test func `truncation at every byte`() throws {
    for name in ["protocol0", "protocol4", "dill"] {
      let bytes = try fixture("pickles/\(name).pkl").all()
      for count in bytes.indices {
        #expect(throws: Failure.self) { try Pickle(HeapBytes(Array(bytes[..<count]))) }
      }
    }
  }

  @Test(arguments: ["protocol0", "protocol2", "protocol5"])
  func `every byte changed is refused or read without harm`(name: String) throws {
    let bytes = try fixture("pickles/\(name).pkl").all()
    for index in bytes.indices {
      for change in [index % 2 == 0 ? 0x01 : 0x20, 0xFF] as [UInt8] {
        var mutant = bytes
        mutant[index] ^= change
        do {
          let node = try Pickle(HeapBytes(mutant)).node()
          for leaf in Archive(node, format: "pickle").leaves {
            if case .tensor(let tensor) = leaf.value { _ = try tensor.digest() }
          }
        } catch let failure as Failure {
          #expect(failure.kind == .badInput)
        }
      }
    }
  }
}
