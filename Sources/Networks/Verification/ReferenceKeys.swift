import Archives
import Checkpoints
import Tensors

/// The keys of a reference, taken apart.
struct ReferenceKeys {
  /// A key of pictures.
  struct Input {
    var key: String
    var suffix: String
    var isRaw: Bool
  }

  /// A key of something computed.
  struct Result {
    var key: String
    var suffix: String
    var branch: Branch
    var stage: String
  }

  /// Largest number of elements of an array: 2 GB in float64.
  static let largestCount = 1 << 28

  private(set) var all: [String] = []
  private(set) var inputs: [Input] = []
  private(set) var results: [Result] = []
  private(set) var unknown: [String] = []
  private var arrays: [String: Tensor] = [:]
  private var isChannelsLast = false

  init(_ archive: Archive) throws {
    for leaf in archive.leaves {
      if leaf.name == "layout" {
        isChannelsLast = try Self.isChannelsLast(leaf.value)
      } else if case .tensor(let tensor) = leaf.value {
        all.append(leaf.name)
        arrays[leaf.name] = tensor
      } else {
        unknown.append(leaf.name)
      }
    }
    for key in all {
      if let input = Self.input(key) {
        if inputs.contains(where: { $0.suffix == input.suffix }) {
          unknown.append(key)
        } else {
          inputs.append(input)
        }
      }
    }
    let suffixes = inputs.map(\.suffix).filter { !$0.isEmpty }.sorted { $0.count > $1.count }
    for key in all where Self.input(key) == nil {
      if let result = Self.result(key, suffixes: suffixes) {
        results.append(result)
      } else {
        unknown.append(key)
      }
    }
  }

  private static func input(_ key: String) -> Input? {
    for (start, isRaw) in [("input", false), ("images_01", true)] where key.hasPrefix(start) {
      let suffix = String(key.dropFirst(start.count))
      if suffix.isEmpty || suffix.hasPrefix("_") {
        return Input(key: key, suffix: suffix, isRaw: isRaw)
      }
    }
    return nil
  }

  private static func result(_ key: String, suffixes: [String]) -> Result? {
    if key.hasPrefix("act/") {
      let suffix = suffixes.first(where: key.hasSuffix) ?? ""
      let stage = String(key.dropFirst(4).dropLast(suffix.count))
      return Result(key: key, suffix: suffix, branch: .online, stage: stage)
    }
    let branch: Branch = key.hasPrefix("target_") ? .target : .online
    let rest = branch == .target ? String(key.dropFirst(7)) : key
    for output in Output.allCases where rest.hasPrefix(output.rawValue) {
      let suffix = String(rest.dropFirst(output.rawValue.count))
      if suffix.isEmpty || suffix.hasPrefix("_") {
        return Result(key: key, suffix: suffix, branch: branch, stage: output.rawValue)
      }
    }
    return nil
  }

  /// `NHWC` or `NCHW`, as text or as its bytes (npz has no text).
  private static func isChannelsLast(_ value: Node) throws -> Bool {
    var text: String?
    switch value {
    case .text(let said): text = said
    case .tensor(let tensor) where tensor.elementType == .uint8 && tensor.count <= 8:
      text = String(decoding: try tensor.bytes(), as: UTF8.self)
    default: text = nil
    }
    guard let text, text == "NHWC" || text == "NCHW" else {
      throw Failure(
        place: "layout", expected: "NCHW or NHWC", found: text.map { "'\($0)'" } ?? "no text")
    }
    return text == "NHWC"
  }

  /// The pictures of a key, [N, C, H, W].
  func pictures(_ key: String) throws -> Tensor {
    let tensor = try array(key)
    guard tensor.shape.count == 4, tensor.count > 0 else {
      throw Failure(
        place: key,
        expected: "pictures of shape \(isChannelsLast ? "[N, H, W, C]" : "[N, C, H, W]")",
        found: "\(tensor.shape)")
    }
    return tensor
  }

  /// The values of a key, [N, C] or [N, C, H, W], for `count` pictures.
  func values(_ key: String, count: Int) throws -> Tensor {
    let tensor = try array(key)
    guard [2, 4].contains(tensor.shape.count), tensor.shape[0] == count else {
      throw Failure(
        place: key, expected: "values for \(count) pictures in 2 or 4 axes",
        found: "shape \(tensor.shape)")
    }
    return tensor
  }

  private func array(_ key: String) throws -> Tensor {
    guard let tensor = arrays[key] else {
      throw Failure(.badInput, place: key, "the reference has no such array")
    }
    guard tensor.elementType.isFloatingPoint, tensor.count <= Self.largestCount else {
      throw Failure(
        place: key, expected: "at most \(Self.largestCount) floating-point numbers",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    return isChannelsLast && tensor.shape.count == 4 ? tensor.permuted([0, 3, 1, 2]) : tensor
  }
}
