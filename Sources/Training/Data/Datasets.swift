import Archives
import Images
import Tensors

/// The kinds of data that are read.
public enum Datasets {
  /// Opens pictures to train or to evaluate on.
  ///
  /// - A folder of JPEG and PNG files, in a folder for each class or without classes (`PictureFolder`).
  /// - CIFAR-10's binary version: its folder, of which the training batches are taken, or one of its
  ///   files (`CIFAR10`).
  /// - Arrays in an npz, npy or HDF5 file (`PictureArray`); `FILE#NAME` chooses the array of pictures.
  ///
  /// - Parameter decoding: how JPEG files are decoded.
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) where it holds no pictures,
  ///   or its labels do not match them.
  public static func open(
    _ path: String, decoding: Decoding = Decoding()
  ) throws -> any Dataset {
    if Folder.isFolder(path) {
      if let batches = try CIFAR10.batches(in: path) { return try CIFAR10(batches, folder: path) }
      return try PictureFolder(path, decoding: decoding)
    }
    if CIFAR10.isBatch(path) { return try CIFAR10([path], folder: Paths.folder(of: path)) }
    let (file, array) = Paths.splitting(path)
    return try PictureArray(file, images: array)
  }
}

extension Dataset {
  /// Throws unless there are pictures enough to train on.
  ///
  /// - Throws: `Failure` (`badInput`) of fewer than two: batch norm needs a variance, and a picture that
  ///   is only compared with itself teaches nothing.
  public func checkTraining(_ path: String) throws {
    guard count >= 2 else {
      throw Failure(file: path, expected: "at least 2 pictures to train on", found: "\(count)")
    }
  }

  /// Throws unless there are labels, and none beyond the classes of a head.
  ///
  /// - Parameter expected: the number of classes, or nil where any is good.
  /// - Throws: `Failure` (`badInput`) with what was found.
  public func checkLabels(_ path: String, classes expected: Int? = nil) throws {
    guard !classes.isEmpty else {
      throw Failure(
        file: path, expected: "labels (a folder for each class, or an array of them)",
        found: "pictures alone")
    }
    guard let expected, expected != classes.count else { return }
    throw Failure(
      file: path, expected: "\(expected) classes, as the classifier has", found: "\(classes.count)")
  }
}

/// Parts of paths.
enum Paths {
  /// The folder that a file is in.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// The last part of a path.
  static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A file and what follows `#`, unless that is part of the file's name.
  static func splitting(_ path: String) -> (file: String, part: String?) {
    guard let mark = path.lastIndex(of: "#"), !FolderWalk.exists(path) else { return (path, nil) }
    return (String(path[..<mark]), String(path[path.index(after: mark)...]))
  }
}
