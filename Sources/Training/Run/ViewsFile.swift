import Archives
import Gradients
import Tensors

/// Views that are given instead of drawn: what the first convolution sees, update by update.
///
/// So a port is checked against another program, number by number. Keys of the archive (npz or any
/// other format of arrays): `step0/view1`, `step0/view2`, `step1/view1` ... of [N, 3, H, W]; or `view1`
/// and `view2` of [updates, N, 3, H, W]; channels may be last. `labels` beside them, [N] or [updates, N], are for the
/// classifier; other keys are ignored.
public final class ViewsFile: ViewSource {
  /// Views in the file.
  public let count: Int
  /// Pictures of an update.
  public let batch: Int
  private let path: String
  private let arrays: [String: Tensor]
  private let isStacked: Bool
  private let isChannelsLast: Bool

  /// Opens the file; views are read when they are asked for.
  ///
  /// - Throws: `Failure` (`badInput`) where it has no views, or their shapes differ.
  public init(_ path: String) throws {
    self.path = path
    let file = try MappedFile(path)
    do {
      let archive = try Formats.recognising(file).read(file)
      var arrays: [String: Tensor] = [:]
      for leaf in archive.leaves {
        if case .tensor(let tensor) = leaf.value { arrays[leaf.name] = tensor }
      }
      self.arrays = arrays
      isStacked = arrays["view1"] != nil
      var steps = 0
      if isStacked {
        steps = arrays["view1"]?.shape.first ?? 0
      } else {
        while arrays["step\(steps)/view1"] != nil { steps += 1 }
      }
      count = steps
      let axes = isStacked ? 5 : 4
      guard count > 0, let first = arrays[isStacked ? "view1" : "step0/view1"],
        first.shape.count == axes
      else {
        throw Failure(
          expected: "view1 and view2 of [updates, N, 3, H, W], or step0/view1 ... of [N, 3, H, W]",
          found: arrays.keys.sorted().prefix(5).joined(separator: ", "))
      }
      batch = first.shape[axes - 4]
      isChannelsLast = first.shape[axes - 3] != 3 && first.shape[axes - 1] == 3
      for step in 0..<count { try check(step, first.shape.suffix(4)) }
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }

  /// A file of views is one epoch.
  public var updatesPerEpoch: Int { count }

  /// The views of the update at a position.
  ///
  /// - Throws: `Failure` (`usage`) beyond the last one, (`badInput`) where they cannot be read.
  public func views(at position: Int) throws -> Views {
    guard position < count else {
      throw Failure(
        .usage, file: path, "there are views for \(count) updates, and the run asks for more")
    }
    do {
      return Views(
        first: try pictures("view1", position), second: try pictures("view2", position),
        labels: try labels(position))
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
  }

  private func key(_ name: String, _ step: Int) -> String {
    isStacked ? name : "step\(step)/\(name)"
  }

  /// Both views of an update have one shape, the same for every update, and the labels fit.
  private func check(_ step: Int, _ shape: ArraySlice<Int>) throws {
    for name in ["view1", "view2"] {
      let key = key(name, step)
      guard let array = arrays[key] else {
        throw Failure(.badInput, place: key, "there is no such array")
      }
      let expected = (isStacked ? [count] : []) + shape
      guard array.shape == expected, array.elementType.isFloatingPoint else {
        throw Failure(
          place: key, expected: "floating-point numbers of \(expected)",
          found: "\(array.elementType) \(array.shape)")
      }
    }
    let key = key("labels", step)
    if let labels = arrays[key] {
      let expected = (isStacked ? [count] : []) + [batch]
      guard labels.shape == expected, !labels.elementType.isFloatingPoint else {
        throw Failure(
          place: key, expected: "whole numbers of \(expected)",
          found: "\(labels.elementType) \(labels.shape)")
      }
    }
  }

  private func pictures(_ name: String, _ step: Int) throws -> Batch {
    var array = try slice(name, step)
    if isChannelsLast { array = array.permuted([0, 3, 1, 2]) }
    // float64 views are for the float64 engine, whole.
    return array.elementType == .float64
      ? Batch(shape: array.shape, exact: try array.doubles())
      : Batch(shape: array.shape, values: try array.floats())
  }

  private func labels(_ step: Int) throws -> [Int] {
    guard arrays[key("labels", step)] != nil else { return [] }
    return try slice("labels", step).integers() ?? []
  }

  /// The part of an array that belongs to an update.
  private func slice(_ name: String, _ step: Int) throws -> Tensor {
    let key = key(name, step)
    guard let array = arrays[key] else {
      throw Failure(.badInput, place: key, "there is no such array")
    }
    guard isStacked else { return array }
    let axes = Array(1..<array.shape.count) + [0]
    return try array.rows(step..<step + 1).permuted(axes).droppingTrailing(1)
  }
}
