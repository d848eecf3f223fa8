/// The look of charts, for readers who like it light and those who like it dark.
public enum Palette {
  /// How many runs have a colour of their own.
  public static let count = 6
  /// Of curves: Okabe and Ito's, which colour-blind people tell apart, a little darker on white and a
  /// little lighter on black.
  private static let light = ["#0068a8", "#c04e00", "#007d5a", "#a8447f", "#8a6d00", "#3c4a5c"]
  private static let dark = ["#56b4e9", "#f0883e", "#2ec99a", "#e08bc0", "#e0b83a", "#a9b7c9"]

  /// Style rules of what `Chart` draws, and the variables of a page.
  public static let style = """
    :root { color-scheme: light dark; \(variables(light, "#ffffff", "#1b1f24", "#5c6672", "#e3e6ea", "#f6f7f9")) }
    @media (prefers-color-scheme: dark) {
    :root { \(variables(dark, "#14171b", "#e6e9ed", "#98a3af", "#2b3138", "#1c2026")) }
    }
    svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
    svg .title { font-weight: 600; fill: var(--ink); }
    svg .value { fill: var(--ink); font-variant-numeric: tabular-nums; }
    svg .grid { stroke: var(--grid); }
    svg .mark { stroke: var(--dim); stroke-dasharray: 4 4; }
    svg .curve { fill: none; stroke: var(--c); stroke-width: 1.5; stroke-linejoin: round; }
    svg .band { fill: var(--c); opacity: .18; }
    svg .dot { fill: var(--c); }
    svg line.cursor { stroke: var(--dim); }
    svg text.cursor { fill: var(--ink); text-anchor: middle; stroke: var(--paper); \
    stroke-width: 6px; paint-order: stroke; }
    \((0..<count).map { ".s\($0) { --c: var(--c\($0)); }" }.joined(separator: "\n"))
    """

  private static func variables(
    _ colours: [String], _ paper: String, _ ink: String, _ dim: String, _ grid: String,
    _ card: String
  ) -> String {
    "--paper: \(paper); --ink: \(ink); --dim: \(dim); --grid: \(grid); --card: \(card); "
      + colours.enumerated().map { "--c\($0): \($1);" }.joined(separator: " ")
  }
}
