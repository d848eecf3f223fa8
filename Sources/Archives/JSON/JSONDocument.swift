import Tensors

/// JSON text as a whole, before a decoder takes it.
package enum JSONDocument {
  /// Refuses what is no JSON, what has a key twice in an object (decoders keep one of the two, and readers
  /// need not agree on which), and what is deeper or has more values than a document ever has.
  ///
  /// - Throws: `Failure` (`badInput`) that names the byte.
  package static func check(_ bytes: [UInt8]) throws {
    // A mark of the byte order is no JSON, but editors write it and decoders pass over it.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    try unsafe HeapBytes(text).withCheckedBytes { bytes in
      var scanner = JSONScanner(bytes, place: "the document")
      try scanner.checkValue()
      try scanner.end()
    }
  }
}
