/// The opcodes of pickle protocols 0 to 5 that files hold; the raw value is the byte.
///
/// Source: Python's `pickletools`. Left out are `EXT1`, `EXT2` and `EXT4`, whose meaning is in the
/// reading program's registry, and `NEXT_BUFFER` and `READONLY_BUFFER`, whose bytes are not in the file.
enum PickleOpcode: UInt8 {
  case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, duplicate = 0x32
  case float = 0x46, binFloat = 0x47
  case int = 0x49, binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D
  case long = 0x4C, long1 = 0x8A, long4 = 0x8B
  case none = 0x4E, newTrue = 0x88, newFalse = 0x89
  case persistentID = 0x50, binPersistentID = 0x51
  case reduce = 0x52, build = 0x62, instance = 0x69, object = 0x6F
  case newObject = 0x81, newObjectEx = 0x92
  case string = 0x53, binString = 0x54, shortBinString = 0x55
  case unicode = 0x56, binUnicode = 0x58, shortBinUnicode = 0x8C, binUnicode8 = 0x8D
  case binBytes = 0x42, shortBinBytes = 0x43, binBytes8 = 0x8E, byteArray8 = 0x96
  case global = 0x63, stackGlobal = 0x93
  case append = 0x61, appends = 0x65, list = 0x6C, emptyList = 0x5D
  case tuple = 0x74, emptyTuple = 0x29, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
  case dict = 0x64, emptyDict = 0x7D, setItem = 0x73, setItems = 0x75
  case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91
  case get = 0x67, binGet = 0x68, longBinGet = 0x6A
  case put = 0x70, binPut = 0x71, longBinPut = 0x72, memoize = 0x94
  case proto = 0x80, frame = 0x95

  /// What the other bytes that Python knows are called.
  static let refused: [UInt8: String] = [
    0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]
}
