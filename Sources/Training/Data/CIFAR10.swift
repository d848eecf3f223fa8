import Images
import Tensors

/// CIFAR-10's binary version (Krizhevsky, 2009): records of a label and 3 x 32 x 32 bytes, colour by
/// colour.
public struct CIFAR10: Dataset {
  private static let side = 32
  private static let recordSize = 1 + 3 * side * side
  private static let defaultClasses = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// From `batches.meta.txt` where it is there.
  public let classes: [String]
  private let files: [MappedFile]
  /// Of each file: the first record that is not in it or in one before.
  private let ends: [Int]

  /// The training batches in a folder, in order; the test batch where it is alone; nil where there are
  /// none.
  static func batches(in folder: String) throws -> [String]? {
    let names = try FolderWalk(folder).files
    let training = names.filter { $0.hasPrefix("data_batch_") && $0.hasSuffix(".bin") }
    let chosen = training.isEmpty ? names.filter { $0 == "test_batch.bin" } : training
    return chosen.isEmpty ? nil : chosen.map { "\(folder)/\($0)" }
  }

  /// Whether a path is called as a batch is.
  static func isBatch(_ path: String) -> Bool {
    let name = Paths.last(path)
    return name.hasSuffix(".bin") && (name.hasPrefix("data_batch_") || name == "test_batch.bin")
  }

  /// Whether a file of that name is one of the data set's: a batch, or the names of the classes.
  static func isPart(_ name: String) -> Bool { isBatch(name) || name == "batches.meta.txt" }

  /// Maps batches.
  ///
  /// - Throws: `Failure` (`inputOutput`) where a file cannot be read, (`badInput`) where its size is no
  ///   multiple of a record's, or a label is not of one of the classes.
  init(_ paths: [String], folder: String) throws {
    let names = try? String(contentsOf: "\(folder)/batches.meta.txt", limit: 1 << 16)
    let listed = names?.split(whereSeparator: \.isNewline).map(String.init) ?? []
    classes = listed.isEmpty ? Self.defaultClasses : listed
    files = try paths.map { try MappedFile($0) }
    var ends: [Int] = []
    for file in files {
      guard file.count > 0, file.count % Self.recordSize == 0 else {
        throw Failure(
          file: file.path, expected: "records of \(Self.recordSize) bytes",
          found: "\(file.count) bytes")
      }
      let count = file.count / Self.recordSize
      for record in 0..<count {
        let label = Self.label(record, in: file)
        guard label < classes.count else {
          throw Failure(
            file: file.path, place: "picture \(record)",
            expected: "a label of 0 to \(classes.count - 1)", found: "\(label)")
        }
      }
      ends.append((ends.last ?? 0) + count)
    }
    self.ends = ends
  }

  private static func label(_ record: Int, in file: MappedFile) -> Int {
    unsafe (try? file.withCheckedBytes { Int($0[record * recordSize]) }) ?? 0
  }

  private func place(of index: Int) -> (file: MappedFile, record: Int) {
    let number = ends.firstIndex { index < $0 } ?? 0
    return (files[number], number == 0 ? index : index - ends[number - 1])
  }

  /// The number of records.
  public var count: Int { ends.last ?? 0 }
  /// The record's first byte.
  public func label(_ index: Int) -> Int? {
    let (file, record) = place(of: index)
    return Self.label(record, in: file)
  }
  /// The file and the number of the record.
  public func name(_ index: Int) -> String {
    let (file, record) = place(of: index)
    return "\(file.path): picture \(record)"
  }
  /// The record's pixels.
  public func picture(_ index: Int) throws -> Picture {
    let (file, record) = place(of: index)
    return try unsafe file.withBytes { bytes in
      let start = record * Self.recordSize + 1
      return unsafe Picture(
        planar: bytes[start..<start + Self.recordSize - 1], width: Self.side, height: Self.side)
    }
  }
}

extension Picture {
  /// A picture of bytes that lie colour by colour: [3, height, width].
  init(planar bytes: Slice<UnsafeRawBufferPointer>, width: Int, height: Int) {
    let area = width * height
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: 3 * area) { pixels, count in
      for channel in 0..<3 {
        let plane = unsafe bytes.startIndex + channel * area
        for index in 0..<area { unsafe pixels[3 * index + channel] = unsafe bytes[plane + index] }
      }
      count = 3 * area
    }
    self.init(width: width, height: height, pixels: pixels)
  }
}

extension String {
  /// The text of a small file.
  fileprivate init(contentsOf path: String, limit: Int) throws {
    let file = try MappedFile(path)
    guard file.count <= limit else {
      throw Failure(file: path, expected: "at most \(limit) bytes", found: "\(file.count)")
    }
    self = String(decoding: try file.allBytes(), as: UTF8.self)
  }
}
