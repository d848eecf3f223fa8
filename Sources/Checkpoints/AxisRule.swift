import Tensors

/// How a dialect orders the axes of a tensor, against the native order.
///
/// Letters are axes, `1` is an axis of length 1 that the native tensor does not have:
/// `HWIO` (Haiku convolution), `IO` (Haiku linear), `111C` (Haiku batch norm in the encoder).
/// Native orders are `OIHW`, `OI` and `C`.
public struct AxisRule: Sendable, Hashable, Codable {
  /// The axes in the dialect's order.
  public let text: String
  private let letters: [Character]
  private let native: [Character]

  /// The rule written as `text`.
  ///
  /// - Throws: `Failure` (`badInput`) where a letter is unknown or repeated.
  public init(_ text: String) throws {
    self.text = text
    letters = Array(text)
    let named = letters.filter { $0 != "1" }
    let orders: [String] = ["OIHW", "OI", "C", ""]
    guard let order = orders.first(where: { Set($0) == Set(named) && $0.count == named.count })
    else {
      throw Failure(
        expected: "axes that are a rearrangement of OIHW, OI or C, with 1s", found: text)
    }
    native = Array(order)
  }

  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Whether the elements come in the same order in both, so that their bytes are the same.
  public var keepsOrder: Bool { letters.filter { $0 != "1" } == native }

  /// A view of the dialect's tensor in native order.
  ///
  /// - Throws: `Failure` (`badInput`) where the number or the lengths of the axes do not fit.
  public func toNative(_ tensor: Tensor) throws -> Tensor {
    guard tensor.shape.count == letters.count,
      zip(letters, tensor.shape).allSatisfy({ $0 != "1" || $1 == 1 })
    else { throw Failure(expected: "axes \(text)", found: "shape \(tensor.shape)") }
    // The axes of length 1 go last, and are then dropped.
    let kept = native.compactMap { letter in letters.firstIndex(of: letter) }
    let dropped = letters.indices.filter { letters[$0] == "1" }
    let moved = tensor.permuted(kept + dropped)
    return try moved.droppingTrailing(dropped.count)
  }

  /// A view of the native tensor in the dialect's order.
  ///
  /// - Throws: `Failure` (`badInput`) where the number of axes does not fit.
  public func fromNative(_ tensor: Tensor) throws -> Tensor {
    guard tensor.shape.count == native.count else {
      throw Failure(expected: "axes \(String(native))", found: "shape \(tensor.shape)")
    }
    let order = letters.filter { $0 != "1" }.compactMap { native.firstIndex(of: $0) }
    var axis = 0
    let moved = tensor.permuted(order)
    return moved.insertingAxes(
      at: letters.map { letter in
        if letter == "1" { return nil }
        defer { axis += 1 }
        return axis
      })
  }
}
