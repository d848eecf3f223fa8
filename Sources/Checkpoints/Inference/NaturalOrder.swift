/// A name in the order in which numbers count as numbers: `block2` before `block10`.
struct NaturalOrder: Comparable {
  /// Digits in a row, at most 18 of them, or what stands between such rows.
  private enum Piece: Comparable {
    case number(Int)
    case text([UInt8])

    static func < (left: Piece, right: Piece) -> Bool {
      switch (left, right) {
      case (.number(let one), .number(let two)): one < two
      case (.text(let one), .text(let two)): one.lexicographicallyPrecedes(two)
      case (.number, .text): true
      case (.text, .number): false
      }
    }
  }

  private let pieces: [Piece]

  /// The place of a name in the order.
  init(_ name: String) {
    var pieces: [Piece] = []
    var rest = Array(name.utf8)[...]
    while let first = rest.first {
      let isDigit = Self.isDigit(first)
      let piece = rest.prefix { Self.isDigit($0) == isDigit }
      rest = rest.dropFirst(piece.count)
      if isDigit, piece.count <= 18 {
        pieces.append(.number(piece.reduce(0) { $0 * 10 + Int($1 - 0x30) }))
      } else {
        pieces.append(.text(Array(piece)))
      }
    }
    self.pieces = pieces
  }

  static func < (left: NaturalOrder, right: NaturalOrder) -> Bool {
    left.pieces.lexicographicallyPrecedes(right.pieces)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
