import Tensors

/// What the header of an npy file says about the array that follows it.
///
/// Source: NumPy Enhancement Proposal 1 and `numpy.lib.format`, versions 1.0, 2.0 and 3.0.
struct NpyHeader: Equatable {
  /// The type of the elements, and the order of their bytes.
  var type: NpyType
  /// Whether the first axis varies fastest.
  var isFortran: Bool
  /// The length of each axis.
  var shape: [Int]

  /// The most bytes the literal may have; numpy's own limit is 10,000 characters.
  static let limit = 1 << 16
  /// The most axes an array may have; numpy's own limit.
  static let axisLimit = 64
  /// What an npy file begins with, before two bytes of version.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads a header from the beginning of an npy file.
  ///
  /// - Parameter beginning: gives the first bytes of the file: as many as asked for, or all where
  ///   there are fewer.
  /// - Returns: the header and the byte offset of the array's first element.
  /// - Throws: `Failure` (`badInput`) where it is not a header of a known version, or describes
  ///   elements that a tensor cannot have.
  static func read(
    _ beginning: (Int) throws -> [UInt8]
  ) throws -> (header: NpyHeader, dataOffset: Int) {
    let place = "npy header"
    var bytes = try beginning(128)
    guard bytes.count >= 8, Array(bytes.prefix(6)) == magic else {
      throw Failure(place: place, expected: "'\\x93NUMPY' and a version", found: "other bytes")
    }
    let width: Int
    switch (bytes[6], bytes[7]) {
    case (1, 0): width = 2
    case (2, 0), (3, 0): width = 4
    default:
      throw Failure(
        place: place, expected: "version 1.0, 2.0 or 3.0", found: "\(bytes[6]).\(bytes[7])")
    }
    guard bytes.count >= 8 + width else {
      throw Failure(place: place, expected: "its length", found: "the end of the file")
    }
    let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= limit else {
      throw Failure(place: place, expected: "at most \(limit) bytes", found: "\(length)")
    }
    let end = 8 + width + length
    if bytes.count < end { bytes = try beginning(end) }
    guard bytes.count >= end else {
      throw Failure(
        place: place, expected: "\(length) bytes", found: "\(bytes.count - 8 - width)")
    }
    var parser = NpyLiteral(Array(bytes[(8 + width)..<end]), allowsLongs: bytes[6] < 3)
    return (try parser.header(), end)
  }

  /// The number of bytes of the elements, or nil where it cannot be counted.
  var dataByteCount: Int? {
    guard let count = Tensor.elementCount(of: shape) else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    return overflow ? nil : bytes
  }

  /// The bytes before the elements, as numpy writes them.
  ///
  /// Version 1.0, which holds any 64 axes, padded with blanks to a multiple of 64 bytes.
  var bytes: [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text =
      "{'descr': '\(type.descriptor)', "
      + "'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(lengths)), }"
    // numpy leaves room for the growing axis to have 21 digits.
    if let growing = isFortran ? shape.last : shape.first {
      text += String(repeating: " ", count: max(0, 21 - String(growing).count))
    }
    let preamble = Self.magic.count + 4
    let padding = 64 - (preamble + text.utf8.count + 1) % 64
    text += String(repeating: " ", count: padding) + "\n"
    let length = text.utf8.count
    return Self.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }
}
