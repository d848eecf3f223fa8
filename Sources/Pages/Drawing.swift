import Tensors

/// Elements of an SVG drawing, one behind the other; numbers are pixels of its view box.
public struct Drawing: Sendable {
  /// Width and height of the view box.
  public let width: Double, height: Double
  private var elements: [String] = []

  /// An empty drawing.
  public init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A number as attributes have it: one decimal.
  public static func pixels(_ value: Double) -> String { Numbers.fixed(value, 1) }

  /// The `svg` element.
  ///
  /// - Parameters:
  ///   - label: what somebody hears who cannot see it.
  ///   - attributes: further ones, `class="wide"`.
  public func svg(label: String, attributes: String = "") -> String {
    let further = attributes.isEmpty ? "" : " " + attributes
    let box = "0 0 \(Self.pixels(width)) \(Self.pixels(height))"
    return "<svg\(further) viewBox=\"\(box)\" role=\"img\" aria-label=\"\(markup(label))\">\n"
      + elements.joined(separator: "\n") + "\n</svg>"
  }

  /// A straight line.
  public mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) {
    elements.append(
      "<line class=\"\(style)\" x1=\"\(Self.pixels(x1))\" y1=\"\(Self.pixels(y1))\""
        + " x2=\"\(Self.pixels(x2))\" y2=\"\(Self.pixels(y2))\"/>")
  }

  /// A line of text; `anchor` is `start`, `middle` or `end`.
  public mutating func text(
    _ x: Double, _ y: Double, _ text: String, _ style: String, anchor: String = "start"
  ) {
    elements.append(
      "<text class=\"\(style)\" x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\""
        + " text-anchor=\"\(anchor)\">\(markup(text))</text>")
  }

  /// A line through points, and the words that a pointer over it shows.
  public mutating func polyline(_ points: [(x: Double, y: Double)], _ style: String) {
    elements.append("<polyline class=\"\(style)\" points=\"\(Self.places(points))\"/>")
  }

  /// A filled shape.
  public mutating func polygon(_ points: [(x: Double, y: Double)], _ style: String) {
    elements.append("<polygon class=\"\(style)\" points=\"\(Self.places(points))\"/>")
  }

  /// A rectangle with an optional tooltip.
  public mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    title: String? = nil
  ) {
    elements.append(
      "<rect class=\"\(style)\" x=\"\(Self.pixels(x))\" y=\"\(Self.pixels(y))\""
        + " width=\"\(Self.pixels(width))\" height=\"\(Self.pixels(height))\""
        + Self.close("rect", title))
  }

  /// A mark of the given kind around a point; kinds beyond the last begin again.
  public mutating func mark(
    _ x: Double, _ y: Double, _ kind: Marker, _ style: String, size: Double = 3,
    title: String? = nil
  ) {
    elements.append(
      "<path class=\"\(style)\" d=\"\(kind.path(x, y, size))\"" + Self.close("path", title))
  }

  private static func close(_ element: String, _ title: String?) -> String {
    title.map { "><title>\(markup($0))</title></\(element)>" } ?? "/>"
  }

  private static func places(_ points: [(x: Double, y: Double)]) -> String {
    points.map { pixels($0.x) + "," + pixels($0.y) }.joined(separator: " ")
  }
}

/// A shape that tells points apart where colours are too few, or cannot be told apart.
public enum Marker: Int, CaseIterable, Sendable {
  case circle, square, triangle, diamond

  /// The mark of the class of that number: a colour and a shape, `Palette.count` times as many as
  /// there are shapes before one returns.
  public static func of(_ index: Int) -> (marker: Marker, style: String) {
    let shape = index / Palette.count % allCases.count
    return (allCases[shape], "s\(index % Palette.count)")
  }

  /// The outline around a point, of about the same area whatever the shape.
  func path(_ x: Double, _ y: Double, _ size: Double) -> String {
    let p = Drawing.pixels
    switch self {
    case .circle:
      return "M\(p(x - size)),\(p(y))a\(p(size)),\(p(size)) 0 1,0 \(p(2 * size)),0"
        + "a\(p(size)),\(p(size)) 0 1,0 \(p(-2 * size)),0z"
    case .square:
      let side = size * 1.8
      return "M\(p(x - side / 2)),\(p(y - side / 2))h\(p(side))v\(p(side))h\(p(-side))z"
    case .triangle:
      let side = size * 1.35
      return "M\(p(x)),\(p(y - side))L\(p(x + side)),\(p(y + side))H\(p(x - side))z"
    case .diamond:
      let side = size * 1.3
      return "M\(p(x)),\(p(y - side))L\(p(x + side)),\(p(y))L\(p(x)),\(p(y + side))"
        + "L\(p(x - side)),\(p(y))z"
    }
  }
}
