import Tensors

/// A table in plain text: columns aligned, two spaces apart; what names in it would do to a terminal,
/// they do not (`String.legible`).
public struct Table {
  private var rows: [[String]] = []
  private let rightAligned: Set<Int>
  private let indent: String

  /// A table whose columns in `rightAligned` are numbers.
  public init(rightAligned: Set<Int> = [], indent: String = "  ") {
    self.rightAligned = rightAligned
    self.indent = indent
  }

  /// Adds a row.
  public mutating func row(_ cells: String...) { rows.append(cells.map(\.legible)) }

  /// Adds a row.
  public mutating func row(_ cells: [String]) { rows.append(cells.map(\.legible)) }

  /// The table, a line for each row.
  public var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = indent
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += rightAligned.contains(column) ? padding + cell : cell + padding
        if column < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
