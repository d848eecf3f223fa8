import Tensors

/// A table in plain text: columns aligned, two spaces apart; what names in it would do to a terminal,
/// they do not (`String.legible`).
public struct Table {
  private var rows: [[String]] = []
  private let rightAligned: Set<Int>
  private let indent: String
  private let paint: [Int: (String) -> String]

  /// A table whose columns in `rightAligned` are numbers.
  ///
  /// - Parameter paint: what becomes of the words of a column when they are printed; it changes their
  ///   colour and not their width.
  public init(
    rightAligned: Set<Int> = [], indent: String = "  ", paint: [Int: (String) -> String] = [:]
  ) {
    self.rightAligned = rightAligned
    self.indent = indent
    self.paint = paint
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
      let last = row.lastIndex { !$0.isEmpty } ?? -1
      var line = ""
      for (column, cell) in row.enumerated() where column <= last {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let painted = paint[column]?(cell) ?? cell
        if rightAligned.contains(column) {
          line += padding + painted
        } else {
          line += painted + (column < last ? padding : "")
        }
        if column < last { line += "  " }
      }
      return last < 0 ? "" : indent + line
    }.joined(separator: "\n")
  }
}
