import Archives
import Checkpoints
import Glibc
import Graphs
import Tensors

/// The format and dialect of an output.
struct Destination {
  var path: String
  var format: any ArchiveFormat
  /// Nil for the native names.
  var dialect: Dialect?
  /// The networks that go into a graph, in native names; nil where the output is none.
  var graph: GraphScope?

  var dialectName: String { graph?.rawValue ?? dialect?.name ?? Dialects.native }
  var isNativeHDF5: Bool { dialect == nil && format.name == "hdf5" }
  /// Whether the output is a directory: of shards, or of Keras weights unless the name is a file's.
  var isFolder: Bool { isSharded || format is Keras && !path.lowercased().hasSuffix(".h5") }
  /// Whether the output is a directory of safetensors with their index.
  private let isSharded: Bool

  /// What the flags say, or the usual: `.h5` is native, `.onnx` the encoder's graph; otherwise the
  /// dialect that the source came from; otherwise npz, npy and pickles are haiku.
  ///
  /// - Throws: `Failure` (`usage`) with the choices, where neither flags nor names tell.
  init(_ path: String, options: ConversionOptions, source: Loaded) throws {
    self.path = path
    isSharded = options.shardSize != nil
    if isSharded {
      format = try Self.shardFormat(path, options)
    } else if let name = options.toFormat {
      format = try Formats.named(name)
    } else if let found = Formats.forWriting(path) {
      format = found
    } else if let name = options.to ?? source.checkpoint.provenance.dialect?.name,
      name != Dialects.native,
      let formats = try? Dialects.named(name).formats, formats.contains(Keras().name)
    {
      // A directory of weights has no ending.
      format = Keras()
    } else {
      throw Self.noFormat(path)
    }
    if let graph = try Self.graph(options.to, path, format: format) {
      self.graph = graph
      return
    }
    switch options.to {
    case Dialects.native?: dialect = nil
    case let name?: dialect = try Dialects.named(name)
    case nil where format.name == "hdf5": dialect = nil
    case nil: dialect = try Self.usualDialect(of: source, in: format, path: path)
    }
    if dialect != nil, format.name == "hdf5" {
      throw Failure(
        .usage, file: path,
        "HDF5 files called .h5 hold the native names; the dialect \(dialectName) goes into "
          + (dialect?.formats?.joined(separator: " or ") ?? "another format"))
    }
  }

  /// What can be done where neither flags nor the name of the output tell a format.
  private static func noFormat(_ path: String) -> Failure {
    if FileStatus(path)?.kind == .directory {
      return Failure(
        .usage, file: path,
        "this is a directory: name a file in it, or --out-dir \(path), which names it for you")
    }
    let written = Formats.all.filter { !$0.extensions.isEmpty }
    let endings = written.compactMap(\.extensions.first).map { "." + $0 }
    return Failure(
      .usage, file: path,
      "the name tells no format: it ends in none of \(endings.joined(separator: ", ")); or "
        + "--to-format says one of \(written.map(\.name).joined(separator: ", "))")
  }

  /// safetensors, into which alone shards go.
  ///
  /// - Throws: `Failure` (`usage`) where the name or `--to-format` says another format, or one file.
  private static func shardFormat(
    _ path: String, _ options: ConversionOptions
  ) throws -> any ArchiveFormat {
    let format = Safetensors()
    guard options.shardSize ?? 1 > 0 else {
      throw Failure(.usage, "--shard-size is at least one byte")
    }
    guard options.toFormat ?? format.name == format.name, Formats.forWriting(path) == nil else {
      throw Failure(
        .usage, file: path,
        "--shard-size makes a directory of safetensors files, whose name has no ending of a format")
    }
    return format
  }

  /// The graph that `--to` or the format asks for, or nil.
  ///
  /// - Throws: `Failure` (`usage`) where a graph is to go into another format, or other names than
  ///   ours into ONNX.
  private static func graph(
    _ to: String?, _ path: String, format: any ArchiveFormat
  ) throws -> GraphScope? {
    let isOnnx = format.name == Onnx().name
    if let to, let scope = GraphScope(rawValue: to) {
      guard isOnnx else {
        throw Failure(
          .usage, file: path, "\(to) is a graph, which goes into an .onnx file, not \(format.name)")
      }
      return scope
    }
    guard isOnnx else { return nil }
    guard to == nil || to == Dialects.native else {
      throw Failure(
        .usage, file: path,
        "ONNX files hold graphs or the native names: --to is one of "
          + (GraphScope.allCases.map(\.rawValue) + [Dialects.native]).joined(separator: ", "))
    }
    return to == nil ? .encoder : nil
  }

  /// The dialect that the source came from where files of it are written in the format; otherwise
  /// haiku in npz, npy and pickles.
  ///
  /// - Throws: `Failure` (`usage`) with the choices, where that tells nothing.
  private static func usualDialect(
    of source: Loaded, in format: any ArchiveFormat, path: String
  ) throws -> Dialect {
    if let dialect = source.dialect, dialect.isWritten(in: format) { return dialect }
    if source.dialect == nil, let name = source.checkpoint.provenance.dialect?.name {
      guard Dialects.names.contains(name) else {
        throw Failure(
          .usage, file: path,
          "the checkpoint came from the dialect \(name), which is not built in: --to says another, "
            + "or its file")
      }
      let dialect = try Dialects.named(name)
      if dialect.isWritten(in: format) { return dialect }
    }
    if ["npz", "npy", "pickle"].contains(format.name) { return try Dialects.named("haiku") }
    throw Failure(
      .usage, file: path,
      "--to must say the dialect: \(([Dialects.native] + Dialects.names).joined(separator: ", "))")
  }
}
