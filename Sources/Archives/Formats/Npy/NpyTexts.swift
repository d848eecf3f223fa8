import Tensors

/// A named column of a NumPy archive: numbers, or a text for every row.
public enum NumPyColumn: Sendable {
  /// An array of numbers.
  case numbers(Tensor)
  /// An array of texts, `<U...`, [rows].
  case texts([String])
}

extension Npz {
  /// Writes arrays of which some are rows of texts, which the tree of an archive has no place for:
  /// NumPy loads them without unpickling.
  ///
  /// - Throws: `Failure` (`usage`) where a text cannot be held, (`inputOutput`).
  public func write(_ columns: [(name: String, column: NumPyColumn)], to file: OutputFile) throws {
    let zip = ZipWriter(file)
    for (name, column) in columns {
      let array =
        switch column {
        case .numbers(let tensor): NpyArray(tensor)
        case .texts(let texts): try NpyArray(rows: texts, name)
        }
      try unsafe zip.add(name + ".npy", size: array.size, method: method) {
        try unsafe array.write($0)
      }
    }
    try zip.finish()
  }
}

extension NpyArray {
  /// The array of a row of texts, each filled up with zeros to the length of the longest.
  ///
  /// - Throws: `Failure` (`usage`) where a text ends in a zero, which NumPy would drop.
  fileprivate init(rows: [String], _ place: String) throws {
    let scalars = rows.map { $0.unicodeScalars.map(\.value) }
    guard !scalars.contains(where: { $0.last == 0 }) else {
      throw Failure(.usage, place: place, "npy cannot hold text that ends in a zero")
    }
    let length = max(1, scalars.map(\.count).max() ?? 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * length * rows.count)
    for row in scalars {
      for scalar in row { bytes += scalar.littleEndianBytes }
      bytes += [UInt8](repeating: 0, count: 4 * (length - row.count))
    }
    self.init(
      header: NpyHeader(type: NpyType(.text(length)), isFortran: false, shape: [rows.count]),
      elements: try Tensor(.uint32, shape: [rows.count, length], bytes: bytes))
  }
}
