import Glibc
public import Tensors

/// The native layout as one of the formats that files are read from.
public struct NativeHDF5: ArchiveFormat {
  /// `hdf5`.
  public let name = "hdf5"
  /// What people call it.
  public let title = "HDF5"
  /// Both usual endings.
  public let extensions = ["h5", "hdf5"]

  /// The format.
  public init() {}

  /// Whether the file begins with the HDF5 signature and is a checkpoint of ours: it says so near its
  /// beginning, in the root's attribute `format`, or ends as the document `/index` does.
  ///
  /// Both are looked for as text: a damaged file is still one of ours. Where there are very many
  /// datasets, the root's attributes come after the headers of all of them.
  public func recognises(_ file: MappedFile) -> Bool {
    unsafe (try? file.withBytes { bytes in
      unsafe Superblock.isSignature(CheckedBytes(bytes))
        && (Self.find(Self.marker, in: bytes.prefix(Self.searched))
          || IndexEntry.isEnd(of: CheckedBytes(bytes)))
    }) ?? false
  }

  private static let marker = Array(NativeLayout.format.utf8)

  /// Bytes in which the attribute is looked for: headers come first in our files.
  private static let searched = 1 << 23

  private static func find(_ marker: [UInt8], in bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    var rest = unsafe UnsafeRawBufferPointer(rebasing: bytes)
    while rest.count >= marker.count, let start = rest.baseAddress,
      let found = unsafe memchr(start, Int32(marker[0]), rest.count)
    {
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[(UnsafeRawPointer(found) - start)...])
      if unsafe rest.starts(with: marker) { return true }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
    }
    return false
  }

  /// Reads the tree of a native file: groups are mappings of kind `group`, documents tensors of
  /// uint8, the root's attributes the archive's.
  ///
  /// - Throws: `Failure` (`badInput`) that names the object and the rule that is broken; of HDF5
  ///   that is not of the native layout too.
  public func read(_ file: MappedFile) throws -> Archive {
    let native = try NativeFile(file)
    var archive = Archive(native.node(native.root), format: name)
    archive.attributes = native.attributes.map { attribute in
      switch attribute.value {
      case .text(let text): Node.Entry(.text(attribute.name), .text(text))
      case .uint32s(let numbers):
        Node.Entry(
          .text(attribute.name), .sequence(kind: "list", numbers.map { .integer(Int($0)) }))
      }
    }
    return archive
  }

  /// Refuses: the layout is more than a tree, and the converter writes it.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    throw Failure(
      .usage, file: file.path, "native HDF5 files are written by converting a checkpoint")
  }
}

extension NativeFile {
  fileprivate func node(_ member: ProfileWalk.Member) -> Node {
    switch member {
    case .group(let members):
      .mapping(
        kind: "group", members.map { Node.Entry(.text($0.name), node($0.member)) })
    case .dataset(let position): .tensor(datasets[position].tensor)
    }
  }
}
