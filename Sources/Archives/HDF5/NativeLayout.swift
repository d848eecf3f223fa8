/// What the native layout calls things: known to the writer and to the reader.
///
/// `docs/format.md` explains the layout for readers in other languages.
public enum NativeLayout {
  /// The root attribute `format` of every native file.
  public static let format = "byol-checkpoint"
  /// The version that this program writes: files of the same major version can be read.
  public static let version = (major: UInt32(1), minor: UInt32(0))
  /// The document that lists every other dataset.
  public static let indexPath = "index"
  /// The schema of that document, as its attribute names it.
  public static let indexSchema = "index 1.0"

  /// The most members a group has: compact groups are cubic in their size.
  public static let childrenLimit = 256
  /// The most groups above a dataset, the root not counted, and the dataset itself.
  public static let depthLimit = 32
  /// The most datasets in a file.
  public static let datasetLimit = 1_000_000
  /// The most axes a tensor has: HDF5's own limit.
  public static let axisLimit = 32
  /// Raw data begins at multiples of this number of bytes: a cache line.
  public static let alignment = 64

  /// Names of attributes.
  package enum Attribute {
    package static let format = "format"
    package static let version = "format_version"
    package static let digest = "sha256"
    package static let elementType = "dtype"
    package static let schema = "schema"
  }

  /// Whether `name` may be a component of a path: one to 64 of `A-Z a-z 0-9 _ . -`, but neither
  /// `.` nor `..`.
  public static func isName(_ name: some Collection<UInt8>) -> Bool {
    (1...64).contains(name.count) && name.allSatisfy(isNameByte)
      && !(name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") })
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
