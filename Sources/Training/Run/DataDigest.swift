import Images
import Tensors

/// What tells one set of pictures from another: how many there are, and their names and labels.
public struct DataDigest: Codable, Hashable, Sendable {
  /// Pictures.
  public var count: Int
  /// SHA-256 of a line `name TAB label LF` for each picture, in order; the label is empty where there
  /// is none.
  public var sha256: String

  /// The digest of a data set; pictures are not read.
  ///
  /// - Parameter path: where the data are, as the user says it; names do not depend on it.
  public init(of data: any Dataset, at path: String = "") {
    var folder = path
    while folder.last == "/" { folder.removeLast() }
    var hasher = DigestHasher()
    for index in 0..<data.count {
      let label = data.label(index).map(String.init) ?? ""
      let name = data.name(index)
      let inner = (name.hasPrefix(folder) ? name.dropFirst(folder.count) : Substring(name))
        .drop { $0 == "/" }
      hasher.update("\(inner)\t\(label)\n")
    }
    count = data.count
    sha256 = hasher.finalized().description
  }
}
