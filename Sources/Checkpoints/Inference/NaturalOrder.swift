/// The order of names in which numbers count as numbers: `block2` before `block10`.
enum NaturalOrder {
  /// Whether one name comes before another.
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (one, two) = (pieces(left), pieces(right))
    for (mine, theirs) in zip(one, two) where mine != theirs {
      if let first = mine.number, let second = theirs.number { 
        if first != second { return first < second }
        continue
      }
      return mine.text.lexicographicallyPrecedes(theirs.text)
    }
    return one.count < two.count
  }

  private struct Piece: Equatable {
    var text: [UInt8]
    var number: Int?
  }

  /// A name in pieces: numbers of at most 18 digits, and what is between them.
  private static func pieces(_ name: String) -> [Piece] {
    var pieces: [Piece] = []
    var wasDigit = false
    for byte in name.utf8 {
      let isDigit = (0x30...0x39).contains(byte)
      if isDigit != wasDigit || pieces.isEmpty { pieces.append(Piece(text: [], number: nil)) }
      pieces[pieces.count - 1].text.append(byte)
      wasDigit = isDigit
    }
    return pieces.map { piece in
      let digits = String(decoding: piece.text, as: UTF8.self)
      let isNumber = piece.text.first.map { (0x30...0x39).contains($0) } ?? false
      return Piece(text: piece.text, number: isNumber && digits.count <= 18 ? Int(digits) : nil)
    }
  }
}
