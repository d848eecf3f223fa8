import Tensors

/// A pickle that was read: Python's values, of which nothing was ever called.
///
/// Source: Python's `pickletools` for the opcodes of protocols 0 to 5. A file can hold several pickles
/// one after another; `end` says where the next one begins.
final class Pickle {
  /// The value.
  let value: PickleValue
  /// The byte after the pickle.
  let end: Int
  private let keeper: PickleKeeper

  /// Reads the pickle at the byte `start` of `source`.
  ///
  /// Arrays, long texts and byte strings stay in the source, which must be cheap to read at random
  /// (`ByteSource.resolved()`).
  ///
  /// - Parameter meanings: what the names and persistent ids in it mean.
  /// - Throws: `Failure` (`badInput`) that names the byte and the opcode.
  init(_ source: any ByteSource, at start: Int = 0, _ meanings: PickleMeanings = .standard) throws {
    let keeper = PickleKeeper()
    (value, end) = try unsafe source.withCheckedBytes { bytes in
      guard (0...bytes.count).contains(start) else {
        throw Failure(expected: "a pickle at byte \(start)", found: "\(bytes.count) bytes")
      }
      var machine = PickleMachine(source, bytes, at: start, meanings, keeper)
      return try machine.run()
    }
    self.keeper = keeper
  }

  /// The tree of the value.
  ///
  /// - Throws: `Failure` where it has too many nodes or levels, or holds itself.
  func node() throws -> Node { try node(of: value) }

  /// The tree of a part of the value.
  ///
  /// - Throws: `Failure` as of the whole.
  func node(of part: PickleValue) throws -> Node {
    do {
      return try PickleTree.node(of: part)
    } catch var failure as Failure {
      failure.place = failure.place.map { "pickle, \($0)" } ?? "pickle"
      throw failure
    }
  }
}
