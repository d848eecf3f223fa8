import Tensors

/// The values that opcodes spell out, and the objects that they make.
extension PickleMachine {
  mutating func numeral(_ opcode: PickleOpcode) throws -> PickleValue {
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

  mutating func string(_ opcode: PickleOpcode) throws -> PickleValue {
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

  mutating func text(_ length: Int) throws -> PickleValue {
    .text(try PickleText(slice(try cursor.take(length)), .utf8))
  }

  mutating func bytes(_ length: Int, _ kind: PickleBytes.Kind) throws -> PickleValue {
    .bytes(PickleBytes(slice(try cursor.take(length)), kind))
  }

  func slice(_ range: Range<Int>) -> ByteSlice { ByteSlice(source, range) }

  func global(_ module: String, _ name: String) throws -> PickleValue {
    let type = try PickleGlobal(module, name)
    // As if it had been taken from its class by `getattr`, which is how protocol 2 writes it.
    if type.isInside { try PickleTrust.check(type, .new) }
    return .global(type)
  }

  /// What an opcode that makes an object of a class makes.
  mutating func made(_ opcode: PickleOpcode) throws -> PickleValue {
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
  func old(_ type: PickleValue, _ arguments: [PickleValue]) throws -> PickleValue {
    try meanings.made(type, arguments.isEmpty ? .new : .call, arguments, keywords: [])
  }

  func tuple(_ value: PickleValue) throws -> [PickleValue] {
    guard let items = value.tuple else {
      throw Failure(expected: "a tuple of arguments", found: value.kind)
    }
    return items
  }
}
