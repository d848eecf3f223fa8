import Tensors

/// Writes trees as pickles: the inverse of `Pickle` and `PickleTree`, part after part.
///
/// Arrays are NumPy's, which NumPy 1 and 2 load with `pickle.load`; named tuples whose fields have
/// names are made by dill's `_create_namedtuple`, which gives the program's own class where it has one.
/// A tensor that stands at several places is written once. The same tree gives the same bytes.
///
/// Safe, since it keeps no bytes: what it has is a function that takes them during a call.
@safe
final class PickleWriter {
  /// The protocols that are written.
  enum Version: UInt8 {
    /// What every Python since 2.3 reads; bytes are kept as text, as in DeepMind's files.
    case two = 2
    /// Python 3.4 and later; bytes are kept as they are.
    case four = 4
  }

  /// What a value is remembered by, to be named instead of written again.
  enum MemoKey: Hashable {
    case text(String)
    case global(String)
    case namedTuple(String, [String])
    case dataType(String)
    case sharing(Int)
    /// Something else that a writer of tensors wants to write once.
    case other(String)
  }

  /// The protocol.
  let version: Version
  /// The bytes written so far.
  private(set) var count = 0
  /// Writes the value of a tensor in place of NumPy's array, where it is set.
  var tensorWriter: ((PickleWriter, Tensor) throws -> Void)?
  private let output: ((UnsafeRawBufferPointer) throws -> Void)?
  private var memo: [MemoKey: Int] = [:]
  private var memoCount = 0

  /// A writer that hands its bytes to `output`.
  init(_ version: Version, _ output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
    self.version = version
    unsafe self.output = output
  }

  private init(counting version: Version) {
    self.version = version
    unsafe output = nil
  }

  /// The number of bytes of the pickle of `node`; in protocol 4, tensors are not read.
  ///
  /// - Throws: `Failure` where it cannot be written.
  static func size(of node: Node, _ version: Version) throws -> Int {
    let writer = PickleWriter(counting: version)
    try writer.write(node)
    return writer.count
  }

  /// Writes a whole pickle.
  ///
  /// - Throws: `Failure` (`usage`) where a part cannot be written; and whatever the output throws.
  func write(_ node: Node) throws {
    try begin()
    try value(node)
    try put(.stop)
  }

  /// Writes what a pickle begins with.
  func begin() throws {
    try put(.proto)
    try put([version.rawValue])
  }

  // MARK: - Opcodes

  /// Writes an opcode.
  func put(_ opcode: PickleOpcode) throws { try put([opcode.rawValue]) }

  /// Writes an opcode and a little-endian number.
  func put(_ opcode: PickleOpcode, _ number: some FixedWidthInteger) throws {
    try put(opcode)
    try unsafe withUnsafeBytes(of: number.littleEndian) { try unsafe put($0) }
  }

  /// Writes bytes.
  func put(_ bytes: [UInt8]) throws { try unsafe bytes.withUnsafeBytes { try unsafe put($0) } }

  /// Writes bytes.
  func put(_ bytes: UnsafeRawBufferPointer) throws {
    count += bytes.count
    try unsafe output?(bytes)
  }

  /// Writes the `size` bytes that `body` writes, which is not called where bytes are only counted.
  func put(size: Int, _ body: () throws -> Void) throws {
    guard unsafe output != nil else {
      count += size
      return
    }
    let before = count
    try body()
    guard count - before == size else {
      throw Failure(.usage, "expected \(size) bytes to write, found \(count - before)")
    }
  }

  // MARK: - The memo

  /// Writes a value once: named by the memo afterwards.
  func once(_ key: MemoKey, _ body: () throws -> Void) throws {
    if let place = memo[key] {
      try place < 256 ? put(.binGet, UInt8(place)) : put(.longBinGet, UInt32(place))
      return
    }
    try body()
    let place = memoCount
    memoCount += 1
    memo[key] = place
    switch version {
    case .four: try put(.memoize)
    case .two:
      try place < 256 ? put(.binPut, UInt8(place)) : put(.longBinPut, UInt32(place))
    }
  }
}
