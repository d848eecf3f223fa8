import Archives
import Checkpoints
import Tensors

/// The format and dialect of an output.
struct Destination {
  var path: String
  var format: any ArchiveFormat
  /// Nil for the native names.
  var dialect: Dialect?

  var dialectName: String { dialect?.name ?? Dialects.native }
  var isNativeHDF5: Bool { dialect == nil && format.name == "hdf5" }

  /// What the flags say, or the usual: `.h5` is native; otherwise the dialect that the source came
  /// from; otherwise npz and npy are haiku.
  ///
  /// - Throws: `Failure` (`usage`) with the choices, where neither flags nor names tell.
  init(_ path: String, options: ConversionOptions, source: Loaded) throws {
    self.path = path
    if let name = options.toFormat {
      format = try Formats.named(name)
    } else if let found = Formats.forWriting(path) {
      format = found
    } else {
      throw Failure(
        .usage, file: path,
        "the name tells no format; --to-format is one of "
          + Formats.all.map(\.name).joined(separator: ", "))
    }
    switch options.to {
    case Dialects.native?: dialect = nil
    case let name?: dialect = try Dialects.named(name)
    case nil where format.name == "hdf5": dialect = nil
    case nil: dialect = try Self.usualDialect(of: source, in: format, path: path)
    }
    if format.name == "npy" {
      throw Failure(
        .usage, file: path, "an npy file holds one array; a checkpoint goes into npz or h5")
    }
    if dialect != nil, format.name == "hdf5" {
      throw Failure(
        .usage, file: path,
        "HDF5 files hold the native names; the dialect \(dialectName) goes into npz")
    }
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
