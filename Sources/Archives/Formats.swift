import Tensors

/// The formats that files are read from and written to.
public enum Formats {
  /// Every format; the order is the order in which content is tried.
  public static let all: [any ArchiveFormat] = [
    NativeHDF5(),
    Npz(),
    Npy(),
    TorchScript(),
    Torch(),
    TorchLegacy(),
    Safetensors(),
    SafetensorsIndex(),
    Keras(),
    PickleFile(),
    Msgpack(),
    Onnx(),
  ]

  /// Formats that no content tells from another one, which is among `all`.
  private static let variants: [any ArchiveFormat] = [Keras(version: 2), Keras(version: 3)]

  /// The format called `name`.
  ///
  /// - Throws: `Failure` (`usage`) with the names there are.
  public static func named(_ name: String) throws -> any ArchiveFormat {
    let known = all + variants
    if let format = known.first(where: { $0.name == name }) { return format }
    throw Failure(
      .usage, "no format is called \(name); there are \(known.map(\.name).joined(separator: ", "))")
  }

  /// The format whose content `file` has.
  ///
  /// - Throws: `Failure` (`badInput`) where there is none.
  public static func recognising(_ file: MappedFile) throws -> any ArchiveFormat {
    guard file.count > 0 else {
      throw Failure(file: file.path, expected: "a checkpoint", found: "an empty file")
    }
    if let format = all.first(where: { $0.recognises(file) }) { return format }
    throw Failure(
      file: file.path, expected: "one of \(all.map(\.title).joined(separator: ", "))",
      found: "a file that begins with \(file.beginning)")
  }

  /// The format whose extension `path` has, or nil; of two extensions the longer one counts.
  public static func forWriting(_ path: String) -> (any ArchiveFormat)? {
    let path = path.lowercased()
    let fitting = all.compactMap { format in
      format.extensions.filter { path.hasSuffix("." + $0) }.map(\.utf8.count).max()
        .map { (format: format, length: $0) }
    }
    // The first of the longest, should several have the same.
    return fitting.max { $0.length < $1.length }?.format
  }
}

extension MappedFile {
  /// The first bytes, as text where they are printable and in hexadecimal otherwise.
  fileprivate var beginning: String {
    guard let head = try? firstBytes(8) else { return "nothing readable" }
    if head.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      return "'\(String(decoding: head, as: UTF8.self))'"
    }
    return head.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }
}
