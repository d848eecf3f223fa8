import Archives
import Images
import Tensors

/// Pictures in an array of an npz, npy or HDF5 file: [N, H, W, C] or [N, C, H, W] with one channel or three,
/// or [N, H, W]; bytes, other integers of 0 to 255, or numbers of 0 to 1 or of 0 to 255.
///
/// Another array of the same file may hold the labels, [N] or [N, 1]: integers, -1 where one is not known.
public struct PictureArray: Dataset {
  /// The labels' numbers.
  public let classes: [String]
  private let path: String
  private let layout: PixelLayout
  private let pictures: Tensor
  /// What a value of 1 is multiplied with.
  private let scale: Float
  private let labels: [Int]

  /// Opens a file.
  ///
  /// - Parameter images: the array of pictures; where nil, one that is called as such arrays are
  ///   (`ArrayNames`), or the only one of a fitting shape.
  /// - Throws: `Failure` (`badInput`) where no array is fit, or the labels do not match the pictures.
  public init(_ path: String, images: String? = nil) throws {
    self.path = path
    let file = try MappedFile(path)
    let archive = try Formats.recognising(file).read(file)
    let arrays = archive.leaves.compactMap { leaf -> (name: String, tensor: Tensor)? in
      guard case .tensor(let tensor) = leaf.value else { return nil }
      return (leaf.name, tensor)
    }
    do {
      let chosen = try ArrayNames.pictures(among: arrays, named: images)
      let layout = try PixelLayout(chosen.tensor.shape, array: chosen.name)
      self.layout = layout
      pictures = try Self.readable(chosen.tensor, in: file)
      scale = try Self.scale(of: pictures, array: chosen.name)
      labels =
        try ArrayNames.labels(among: arrays, of: chosen.name)
        .map { name, tensor in try Self.labels(tensor, name: name, count: layout.count) } ?? []
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
    classes = labels.isEmpty ? [] : (0...max(0, labels.max() ?? 0)).map(String.init)
  }

  /// The tensor where its rows can be read from the mapped file; otherwise (compressed, or in another
  /// order) a copy in memory.
  private static func readable(_ tensor: Tensor, in file: MappedFile) throws -> Tensor {
    let isMapped = try unsafe file.withBytes { whole in
      try unsafe tensor.rows(0..<1).withBytes { row in
        guard let start = whole.baseAddress, let row = row.baseAddress else { return false }
        return unsafe row >= start && row < start + whole.count
      }
    }
    if isMapped && tensor.isContiguous { return tensor }
    let limit = Memory.total / 2
    guard tensor.byteCount <= limit else {
      throw Failure(
        expected: "compressed pictures of at most \(limit) bytes, half of this machine's memory",
        found: "\(tensor.byteCount)")
    }
    return try Tensor(tensor.elementType, shape: tensor.shape, bytes: tensor.bytes())
  }

  /// What values are to be multiplied with to be grey levels, from their type or from the largest one.
  private static func scale(of tensor: Tensor, array: String) throws -> Float {
    guard tensor.elementType.isFloatingPoint else { return 1 }
    // As many pictures as tell it: one alone may be black.
    let sample = try tensor.rows(0..<min(tensor.shape[0], 64)).floats()
    let (low, high) = (sample.min() ?? 0, sample.max() ?? 0)
    guard low >= 0, high <= 255, !sample.contains(where: \.isNaN) else {
      throw Failure(
        place: array, expected: "values of 0 to 1 or of 0 to 255, not normalised ones",
        found: "\(low) to \(high)")
    }
    return high <= 1 ? 255 : 1
  }

  private static func labels(_ tensor: Tensor, name: String, count: Int) throws -> [Int] {
    guard tensor.shape == [count] || tensor.shape == [count, 1] else {
      throw Failure(
        place: name, expected: "a label for each of \(count) pictures",
        found: "an array of shape \(tensor.shape)")
    }
    guard let labels = try tensor.integers(),
      labels.allSatisfy({ (-1..<(1 << 20)).contains($0) })
    else {
      throw Failure(
        place: name, expected: "integer labels of -1 to \(1 << 20 - 1)", found: "other values")
    }
    return labels
  }

  /// The number of pictures.
  public var count: Int { layout.count }
  /// The label's number.
  public func label(_ index: Int) -> Int? {
    labels.isEmpty || labels[index] < 0 ? nil : labels[index]
  }
  /// The file and the number of the picture.
  public func name(_ index: Int) -> String { "\(path): picture \(index)" }

  /// Reads a picture; numbers are rounded to grey levels.
  public func picture(_ index: Int) throws -> Picture {
    let row = try pictures.rows(index..<index + 1)
    if row.elementType == .uint8 {
      return try unsafe row.withBytes { unsafe layout.picture(of: $0) }
    }
    let levels = try row.floats().map { $0 * scale }
    guard levels.allSatisfy({ $0 >= 0 && $0 <= 255.5 }) else {
      throw Failure(
        file: path, place: "picture \(index)",
        expected: "values of 0 to \(scale == 1 ? "255" : "1")", found: "others")
    }
    let bytes = levels.map { UInt8(clamping: Int($0.rounded())) }
    return unsafe bytes.withUnsafeBytes { unsafe layout.picture(of: $0) }
  }
}
