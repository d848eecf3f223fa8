import Tensors

/// The stack machine that a pickle is a program for; its values are data, and nothing is called.
struct PickleMachine {
  /// The most opcodes of a pickle, so that its values take a few hundred megabytes at worst.
  static let opcodeLimit = 1 << 22
  /// The most bytes of an integer.
  private static let integerLimit = 4096

  private let source: any ByteSource
  private let bytes: PickleCursor
  private var cursor: PickleCursor
  private let meanings: PickleMeanings
  private let keeper: PickleKeeper
  private var stack: [PickleValue] = []
  /// Heights of the stack at the marks.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A machine at the byte `start` of `bytes`, which are those of `source`.
  init(
    _ source: any ByteSource, _ bytes: UnsafeRawBufferPointer, at start: Int,
    _ meanings: PickleMeanings, _ keeper: PickleKeeper
  ) {
    self.source = source
    self.bytes = PickleCursor(bytes, at: start)
    cursor = self.bytes
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

  private mutating func numeral(_ opcode: PickleOpcode) throws -> PickleValue {
    switch opcode {
    case .float: return try PickleNumbers.float(try cursor.shortLine())
    case .binFloat:
      let bits = try cursor.number(UInt64.self)
      return .real(Double(bitPattern: bits.byteSwapped))
    case .int: return try PickleNumbers.int(try cursor.shortLine())
    case .long: return try PickleNumbers.long(try cursor.shortLine())
    case .binInt: return .integer(Int(try cursor.number(Int32.self)))
    case .binInt1: return .integer(Int(try cursor.number(UInt8.self)))
    case .binInt2: return .integer(Int(try cursor.number(UInt16.self)))
    default:
      let length =
        opcode == .long1 ? try cursor.length(UInt8.self) : try cursor.length(Int32.self)
      guard length <= Self.integerLimit else {
        throw Failure(expected: "an integer of at most 4096 bytes", found: "\(length) bytes")
      }
      return PickleNumbers.integer(Array(cursor[try cursor.take(length)]))
    }
  }

  private mutating func string(_ opcode: PickleOpcode) throws -> PickleValue {
    switch opcode {
    case .unicode: return .text(try PickleText(slice(try cursor.line()), .rawUnicodeEscape))
    case .binUnicode: return try text(try cursor.length(UInt32.self))
    case .shortBinUnicode: return try text(try cursor.length(UInt8.self))
    case .binUnicode8: return try text(try cursor.length(UInt64.self))
    case .string:
      let bytes = try PythonString.bytes(cursor[try cursor.line()])
      return .bytes(PickleBytes(HeapBytes(bytes), .python2))
    case .binString: return try bytes(try cursor.length(Int32.self), .python2)
    case .shortBinString: return try bytes(try cursor.length(UInt8.self), .python2)
    case .shortBinBytes: return try bytes(try cursor.length(UInt8.self), .bytes)
    case .binBytes: return try bytes(try cursor.length(UInt32.self), .bytes)
    case .binBytes8: return try bytes(try cursor.length(UInt64.self), .bytes)
    default: return try bytes(try cursor.length(UInt64.self), .bytearray)
    }
  }

  private mutating func text(_ length: Int) throws -> PickleValue {
    .text(try PickleText(slice(try cursor.take(length)), .utf8))
  }

  private mutating func bytes(_ length: Int, _ kind: PickleBytes.Kind) throws -> PickleValue {
    .bytes(PickleBytes(slice(try cursor.take(length)), kind))
  }

  private func slice(_ range: Range<Int>) -> ByteSlice { ByteSlice(source, range) }

  private func global(_ module: String, _ name: String) throws -> PickleValue {
    .global(PickleGlobal(module, name))
  }

  /// What an opcode that makes an object of a class makes.
  private mutating func made(_ opcode: PickleOpcode) throws -> PickleValue {
    switch opcode {
    case .reduce, .newObject:
      let parts = try pop(2)
      return try meanings.made(
        parts[0], opcode == .reduce ? .call : .new, try tuple(parts[1]), keywords: [])
    case .newObjectEx:
      let parts = try pop(3)
      guard case .mapping(let keywords) = parts[2] else {
        throw Failure(expected: "arguments by name", found: parts[2].kind)
      }
      return try meanings.made(parts[0], .new, try tuple(parts[1]), keywords: keywords.pairs)
    case .instance:
      let module = try cursor.shortLine()
      let type = try global(module, try cursor.shortLine())
      return try old(type, try popToMark())
    default:
      let parts = try popToMark()
      guard let type = parts.first else { throw Failure(expected: "a class", found: "nothing") }
      return try old(type, Array(parts.dropFirst()))
    }
  }

  /// An object of Python 2's first kind of class: without arguments, its `__init__` is not called.
  private func old(_ type: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    try meanings.made(type, arguments.isEmpty ? .new : .call, arguments, keywords: [])
  }

  private func tuple(_ value: PickleValue) throws -> [PickleValue] {
    guard let items = value.tuple else {
      throw Failure(expected: "a tuple of arguments", found: value.kind)
    }
    return items
  }
}

// MARK: - The stack and the memo

extension PickleMachine {
  private mutating func push(_ value: PickleValue) {
    keeper.keep(value)
    stack.append(value)
  }

  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.underflow }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw Self.underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw Failure(expected: "a mark on the stack", found: "none")
    }
    return try pop(stack.count - mark)
  }

  private mutating func append(_ items: [PickleValue]) throws {
    switch try top() {
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .set:
      sequence.items.append(contentsOf: items)
    case .object(let object) where object.value == nil:
      object.items.append(contentsOf: items)
    case let other: throw Failure(expected: "a list or set to add to", found: other.kind)
    }
  }

  private mutating func put(_ pairs: [PickleMapping.Pair]) throws {
    switch try top() {
    case .mapping(let mapping): mapping.pairs.append(contentsOf: pairs)
    case .object(let object) where object.value == nil:
      object.pairs.append(contentsOf: pairs)
    case let other: throw Failure(expected: "a dictionary to put into", found: other.kind)
    }
  }

  private func pairs(_ items: [PickleValue]) throws -> [PickleMapping.Pair] {
    guard items.count.isMultiple(of: 2) else {
      throw Failure(expected: "keys and values", found: "a key without a value")
    }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private mutating func remember(_ place: Int?) throws {
    guard let place, place >= 0 else {
      throw Failure(expected: "a place in the memo", found: "none")
    }
    memo[place] = try top()
  }

  private func recall(_ place: Int?) throws -> PickleValue {
    guard let place, let value = memo[place] else {
      throw Failure(expected: "a value in the memo", found: place.map { "none at \($0)" } ?? "none")
    }
    return value
  }

  private static var underflow: Failure {
    Failure(expected: "a value on the stack", found: "none")
  }
}
