import Archives
import Images
import Tensors
import TestSupport

/// Arrays of one of the fixtures' npz files.
struct Oracle {
  private let leaves: [String: Tensor]

  init(_ name: String) throws {
    let file = try MappedFile(Shared.path("fixtures/deepmind/\(name)"))
    var leaves: [String: Tensor] = [:]
    for leaf in try Formats.recognising(file).read(file).leaves {
      if case .tensor(let tensor) = leaf.value { leaves[leaf.name] = tensor }
    }
    self.leaves = leaves
  }

  func tensor(_ name: String) throws -> Tensor {
    guard let tensor = leaves[name] else { throw Failure(.badInput, "no array \(name)") }
    return tensor
  }

  func floats(_ name: String) throws -> [Float] { try tensor(name).floats() }
  func doubles(_ name: String) throws -> [Double] { try tensor(name).doubles() }

  /// The pictures of an array [N, H, W, 3], or the one of [H, W, 3].
  func pictures(_ name: String) throws -> [FloatPicture] {
    let tensor = try tensor(name)
    let shape = tensor.shape.suffix(3)
    let (height, width) = (shape[shape.startIndex], shape[shape.startIndex + 1])
    let values = try tensor.floats()
    let size = 3 * height * width
    return stride(from: 0, to: values.count, by: size).map {
      FloatPicture(
        interleaved: Array(values[$0..<$0 + size]), width: width, height: height)
    }
  }

  /// A picture of bytes.
  func picture(_ name: String) throws -> Picture {
    let tensor = try tensor(name)
    return Picture(width: tensor.shape[1], height: tensor.shape[0], pixels: try tensor.bytes())
  }
}

extension FloatPicture {
  /// A picture whose channels lie beside each other: [height, width, 3].
  init(interleaved values: [Float], width: Int, height: Int) {
    let area = width * height
    self.init(
      width: width, height: height,
      values: (0..<3).flatMap { channel in (0..<area).map { values[3 * $0 + channel] } })
  }

  /// The largest difference of two pictures' values.
  func distance(to other: FloatPicture) -> Float {
    zip(values, other.values).map { abs($0 - $1) }.max() ?? 0
  }
}
