import Tensors

/// Flax's format (`flax.serialization.to_bytes`): MessagePack with arrays in extension types.
///
/// The archive's root is the tree as it is: maps are dictionaries, arrays lists, and extension type 1
/// a tensor, a view of the mapped file. An array that Flax cut into chunks, as it does above a
/// gigabyte, is one tensor, put together when its bytes are asked for. A NumPy scalar is a record
/// `numpy.scalar` with the key `value`, a complex number a record `complex` with `real` and `imag`.
///
/// Source: `flax/serialization.py`, and the MessagePack specification.
public struct Msgpack: ArchiveFormat {
  /// The most bytes of an array that is written in one piece.
  private let chunkSize: Int

  /// The format; it has no options.
  public init() { self.init(chunkSize: 1 << 30) }

  init(chunkSize: Int) { self.chunkSize = chunkSize }

  /// `msgpack`.
  public var name: String { "msgpack" }
  /// What people call it.
  public var title: String { "Flax msgpack" }
  /// `msgpack` and `flax`.
  public var extensions: [String] { ["msgpack", "flax"] }

  /// Whether the file begins with a map, and the map with a text key and a value.
  ///
  /// The format has no signature; the order of `Formats.all` tries it late.
  public func recognises(_ file: MappedFile) -> Bool {
    unsafe (try? file.withCheckedBytes { bytes in
      var scanner = MsgpackScanner(bytes)
      guard case .map(let count) = try scanner.next() else { return false }
      guard count > 0 else { return scanner.remaining == 0 }
      guard case .text(let range) = try scanner.next(), range.count <= 1 << 12 else { return false }
      _ = try scanner.text(range)
      _ = try scanner.next()
      return true
    }) ?? false
  }

  /// Reads the tree; arrays stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let root = try unsafe file.withCheckedBytes { bytes in
        var reader = MsgpackReader(file, bytes)
        return try reader.document()
      }
      return Archive(root, format: name)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes an archive of dictionaries with text keys, lists, tensors, numbers, texts, bytes and None.
  ///
  /// Tuples and records have no form of their own and are refused; a dictionary's kind is lost, as
  /// Flax loses it. The bytes are those that Flax writes of keys in this order.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    try MsgpackWriter(file, chunkSize: chunkSize).write(archive.root)
  }
}
