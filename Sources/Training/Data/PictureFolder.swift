import Images
import Tensors

/// JPEG and PNG files in a folder: `FOLDER/CLASS/...` as torchvision's `ImageFolder` has them, classes
/// numbered in the order of their names, or `FOLDER/FILE` without classes.
public struct PictureFolder: Dataset {
  /// The classes' folders; empty where the files lie in the folder itself.
  public let classes: [String]
  /// Pictures and folders whose names are no UTF-8.
  public let leftOut: [CorruptPicture]
  private let folder: String
  private let decoding: Decoding
  /// Paths in the folder.
  private let files: [String]
  /// Of each class: the first file that is not of it or of one before.
  private let ends: [Int]

  /// Lists the pictures of a folder.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) where it holds no pictures,
  ///   or pictures beside folders of them, or several sets of them.
  public init(_ folder: String, decoding: Decoding = Decoding()) throws {
    self.folder = folder
    self.decoding = decoding
    let walk = try FolderWalk(folder)
    let loose = walk.files.filter(FolderWalk.isPicture)
    try Self.checkSplits(walk.folders, in: folder)
    var (files, classes, ends): ([String], [String], [Int]) = ([], [], [])
    var unnameable = walk.unnameable
    for name in walk.folders {
      let pictures = try FolderWalk.pictures(under: "\(folder)/\(name)")
      unnameable += pictures.unnameable.map { "\(name)/\($0)" }
      guard !pictures.files.isEmpty else { continue }
      files += pictures.files.map { "\(name)/\($0)" }
      classes.append(name)
      ends.append(files.count)
    }
    guard classes.isEmpty || loose.isEmpty else {
      throw Failure(
        file: folder, expected: "pictures, or a folder of them for each class",
        found: "both (\(loose[0]) and \(files[0]))")
    }
    self.files = classes.isEmpty ? loose : files
    self.classes = classes
    self.ends = ends
    leftOut = unnameable.map {
      CorruptPicture(name: "\(folder)/\($0)", reason: "expected a name in UTF-8, found another")
    }
    guard !self.files.isEmpty else {
      throw Failure(
        file: folder, expected: "JPEG or PNG pictures (.jpg, .jpeg, .png)", found: "none")
    }
  }

  /// Throws where what looks like classes are sets for training and testing.
  private static func checkSplits(_ folders: [String], in path: String) throws {
    let splits = Set(["train", "test", "val", "valid", "validation"])
    guard let first = folders.first, folders.allSatisfy(splits.contains),
      try !FolderWalk("\(path)/\(first)").folders.isEmpty
    else { return }
    throw Failure(
      file: path, expected: "one set of pictures, such as \(path)/\(folders.last ?? first)",
      found: "\(folders.joined(separator: ", "))")
  }

  /// The number of files.
  public var count: Int { files.count }
  /// The file's folder's number.
  public func label(_ index: Int) -> Int? {
    ends.isEmpty ? nil : ends.partition { $0 > index }
  }
  /// The file's path.
  public func name(_ index: Int) -> String { "\(folder)/\(files[index])" }
  /// Decodes a file.
  public func picture(_ index: Int) throws -> Picture {
    try Picture(file: name(index), decoding: decoding)
  }
}

extension [Int] {
  /// The first index whose element fulfils a condition, as all behind it do; `count` where none does.
  fileprivate func partition(_ condition: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
