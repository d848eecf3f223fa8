import Tensors

/// Hugging Face's format of named tensors: eight bytes of length, a JSON header, one byte buffer.
///
/// The archive's root is a dictionary in the header's order, its tensors views of the mapped file;
/// the header's `__metadata__`, text by text, are the archive's attributes. Reading is as strict as
/// the specification and stricter than its reference: no name twice, no unknown field, no blank
/// before the header. In a file written, the header keeps the archive's order and the buffer holds
/// wide elements before narrow ones, so that every tensor is aligned to its elements.
///
/// Source: the README of safetensors, version 0.8.
public struct Safetensors: ArchiveFormat {
  /// The format; it has no options.
  public init() {}

  /// `safetensors`.
  public var name: String { "safetensors" }
  /// What people call it.
  public var title: String { "safetensors" }
  /// Names and tensors, without dictionaries in dictionaries.
  public var isFlat: Bool { true }
  /// No: tensors alone.
  public var holdsScalars: Bool { false }
  /// `safetensors`.
  public var extensions: [String] { ["safetensors"] }

  /// Whether a length of at most the limit is followed by the first byte of an object.
  public func recognises(_ file: MappedFile) -> Bool {
    unsafe (try? file.withCheckedBytes { bytes in
      guard bytes.count > 8, let length = SafetensorsHeader.length(bytes) else { return false }
      return length <= SafetensorsHeader.limit && bytes[8] == UInt8(ascii: "{")
    }) ?? false
  }

  /// Reads the header; the tensors stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let header = try unsafe file.withCheckedBytes { try SafetensorsHeader($0) }
      let entries = try header.tensors.map { entry in
        let slice = ByteSlice(file, entry.range)
        let place = "tensor '\(entry.name)'"
        let source: any ByteSource =
          entry.type == .bool ? BooleanBytes(slice, from: 0, place: place) : slice
        return (entry.name, Node.tensor(try Tensor(entry.type, shape: entry.shape, source: source)))
      }
      return Archive(
        .dict(entries), format: name,
        attributes: header.metadata.map { Node.Entry(.text($0.key), .text($0.value)) })
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes an archive whose root is a dictionary of tensors under text keys.
  ///
  /// Of tensors that are one (`StoredLayout.sharing`) the first is written and the others are left
  /// out, as other writers do, since the format has no second names. Attributes, which must be
  /// texts, become `__metadata__`, in which `format` is `pt` unless they say otherwise. The same
  /// archive gives the same bytes.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    let layout = try SafetensorsLayout(archive)
    try file.write(layout.header)
    for tensor in layout.inFileOrder { try unsafe tensor.forEachSlab { try unsafe file.write($0) } }
  }
}
