extension String {
  /// The text as it may be shown in one line: characters that move a cursor, change colours, turn the
  /// direction of writing or break the line are `\u{1B}` and the like, and of a long text the middle is
  /// left out.
  ///
  /// Names in a file are a stranger's; a terminal would do what they say.
  public var legible: String {
    let count = utf8.count
    if count <= Self.legibleLimit, utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    guard count > Self.legibleLimit else { return escaped(self[...]) }
    let half = Self.legibleLimit / 2
    let (head, tail) = (unicodeScalars.prefix(half), unicodeScalars.suffix(half / 2))
    return escaped(Substring(head)) + " ... " + escaped(Substring(tail))
      + " (\(Numbers.grouped(count)) bytes)"
  }

  private static let legibleLimit = 2000

  /// Bytes that ought to be a text, as they may be shown in one line: those that are no UTF-8 are `\xFF`
  /// and the like.
  public init(legible bytes: some Collection<UInt8>) {
    var (parser, rest) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator())
    var (shown, position) = ("", bytes.startIndex)
    parsing: while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        shown.unicodeScalars.append(Unicode.UTF8.decode(encoded))
        bytes.formIndex(&position, offsetBy: encoded.count)
      case .error(let length):
        let end = bytes.index(position, offsetBy: length)
        for byte in bytes[position..<end] {
          shown += "\\x" + String(byte, radix: 16, uppercase: true)
        }
        position = end
      case .emptyInput: break parsing
      }
    }
    self = shown.legible
  }
}

private func escaped(_ text: Substring) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar.isLegible {
      result.append(scalar)
    } else {
      result.append(
        contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
    }
  }
  return String(result)
}

extension Unicode.Scalar {
  /// Whether a terminal shows it and does nothing else.
  fileprivate var isLegible: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
