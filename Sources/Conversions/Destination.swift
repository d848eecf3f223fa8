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
    case nil:
      if let dialect = source.dialect {
        self.dialect = dialect
      } else if let name = source.checkpoint.provenance.dialect?.name {
        guard Dialects.names.contains(name) else {
          throw Failure(
            .usage, file: path,
            "the checkpoint came from the dialect \(name), which is not built in: --to says another, "
              + "or its file")
        }
        dialect = try Dialects.named(name)
      } else if ["npz", "npy", "pickle"].contains(format.name) {
        dialect = try Dialects.named("haiku")
      } else {
        throw Failure(
          .usage, file: path,
          "--to must say the dialect: \(([Dialects.native] + Dialects.names).joined(separator: ", "))"
        )
      }
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
}
