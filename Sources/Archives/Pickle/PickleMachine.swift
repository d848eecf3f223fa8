import Tensors

/// The stack machine that a pickle is a program for; its values are data, and nothing is called.
///
/// It is never copied: a copy would share the stack, and the next value would copy that whole.
struct PickleMachine: ~Copyable {
  /// The most opcodes of a pickle, so that its values take a few hundred megabytes at worst.
  static let opcodeLimit = 1 << 22
  /// The most bytes of an integer.
  static let integerLimit = 4096

  /// The bytes of the file.
  let source: any ByteSource
  /// Where in them the machine is.
  var cursor: PickleCursor
  /// What the names in the pickle mean.
  let meanings: PickleMeanings
  /// Keeps the containers.
  let keeper: PickleKeeper
  /// The values.
  var stack: [PickleValue] = []
  /// Heights of the stack at the marks.
  var marks: [Int] = []
  /// Values that are named again, by number.
  var memo: [Int: PickleValue] = [:]

  /// A machine at the byte `start` of `bytes`, which are those of `source`.
  init(
    _ source: any ByteSource, _ bytes: CheckedBytes, at start: Int,
    _ meanings: PickleMeanings, _ keeper: PickleKeeper
  ) {
    self.source = source
    cursor = PickleCursor(bytes, at: start)
    self.meanings = meanings
    self.keeper = keeper
  }

  /// Runs to the `STOP`; the value that is left, and the byte after it.
  ///
  /// - Throws: `Failure` that names the byte and the opcode.
  mutating func run() throws -> (value: PickleValue, end: Int) {
    var opcodes = 0
    while true {
      let start = cursor.position
      var known: PickleOpcode?
      do {
        let byte = try cursor.number(UInt8.self)
        guard let opcode = PickleOpcode(rawValue: byte) else {
          throw Failure(
            expected: "an opcode of protocols 0 to 5",
            found: PickleOpcode.refused[byte] ?? "byte \(byte)")
        }
        known = opcode
        opcodes += 1
        guard opcodes <= Self.opcodeLimit else {
          throw Failure(expected: "at most \(Self.opcodeLimit) opcodes", found: "more")
        }
        if opcode == .stop {
          guard marks.isEmpty, stack.count == 1, let value = stack.last else {
            throw Failure(expected: "one value at the end", found: "\(stack.count)")
          }
          return (value, cursor.position)
        }
        try step(opcode)
      } catch var failure as Failure {
        let name = known.map { " (\($0))" } ?? ""
        failure.place =
          "pickle, byte \(start)\(name)" + (failure.place.map { ", \($0)" } ?? "")
        throw failure
      }
    }
  }

  private mutating func step(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try cursor.number(UInt8.self)
      guard version <= 5 else {
        throw Failure(expected: "protocol 0 to 5", found: "protocol \(version)")
      }
    case .frame:
      let length = try cursor.length(UInt64.self)
      guard length <= cursor.remaining else {
        throw Failure(expected: "a frame of \(length) bytes", found: "\(cursor.remaining)")
      }
    case .mark: marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: push(try top())
    case .none: push(.none)
    case .newTrue: push(.bool(true))
    case .newFalse: push(.bool(false))
    case .float, .binFloat, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4:
      push(try numeral(opcode))
    case .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode,
      .binUnicode8,
      .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
      push(try string(opcode))
    case .emptyList: push(.sequence(PickleSequence(.list)))
    case .emptyTuple: push(.tuple([]))
    case .emptyDict: push(.mapping(PickleMapping()))
    case .emptySet: push(.sequence(PickleSequence(.set)))
    case .list: push(.sequence(PickleSequence(.list, try popToMark())))
    case .tuple: push(.tuple(try popToMark()))
    case .frozenSet: push(.sequence(PickleSequence(.frozenset, try popToMark())))
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .dict: push(.mapping(PickleMapping("dict", try pairs(try popToMark()))))
    case .append: try append(pop(1))
    case .appends, .addItems: try append(popToMark())
    case .setItem: try put(pairs(pop(2)))
    case .setItems: try put(pairs(popToMark()))
    case .get: push(try recall(Int(cursor.shortLine())))
    case .binGet: push(try recall(Int(cursor.number(UInt8.self))))
    case .longBinGet: push(try recall(Int(cursor.number(UInt32.self))))
    case .put: try remember(Int(cursor.shortLine()))
    case .binPut: try remember(Int(cursor.number(UInt8.self)))
    case .longBinPut: try remember(Int(cursor.number(UInt32.self)))
    case .memoize: try remember(memo.count)
    case .global:
      let module = try cursor.shortLine()
      push(try global(module, try cursor.shortLine()))
    case .stackGlobal:
      let names = try pop(2)
      guard let module = names[0].name, let name = names[1].name else {
        throw Failure(
          expected: "the names of a module and a class",
          found: "\(names[0].kind) and \(names[1].kind)")
      }
      push(try global(module, name))
    case .persistentID:
      push(try meanings.persistent(.text(try cursor.shortLine())))
    case .binPersistentID: push(try meanings.persistent(try pop()))
    case .reduce, .newObject, .newObjectEx, .instance, .object: push(try made(opcode))
    case .build:
      let state = try pop()
      try meanings.build(try top(), with: state)
    }
  }
}
