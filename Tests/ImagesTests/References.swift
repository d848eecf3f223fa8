import Archives
import Foundation
import Tensors

@testable import Images

/// What Pillow and torchvision made of the pictures of `Tests/Fixtures/pictures` (see `make.py` there).
struct References {
  private let leaves: [String: Tensor]

  /// Every file among them that is a picture.
  static let files =
    ["rgb444", "rgb422", "rgb420", "progressive", "grey", "cmyk"].map { $0 + ".jpg" }
    + (2...8).map { "turn\($0).jpg" }
    + ["rgb", "rgba", "grey", "grey-alpha", "palette", "palette-clear", "bits", "gamma", "grey16"]
    .map { $0 + ".png" }

  /// The path of a picture.
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/pictures/\(name)").path
  }

  init(_ name: String) throws {
    let file = try MappedFile(Self.path(name))
    var leaves: [String: Tensor] = [:]
    for leaf in try Formats.recognising(file).read(file).leaves {
      if case .tensor(let tensor) = leaf.value { leaves[leaf.name] = tensor }
    }
    self.leaves = leaves
  }

  private func tensor(_ name: String) throws -> Tensor {
    guard let tensor = leaves[name] else { throw Failure(.badInput, "no array \(name)") }
    return tensor
  }

  /// An array [height, width, 3] of bytes.
  func picture(_ name: String) throws -> Picture {
    let tensor = try tensor(name)
    return Picture(width: tensor.shape[1], height: tensor.shape[0], pixels: try tensor.bytes())
  }

  /// An array [3, height, width] of numbers.
  func floats(_ name: String) throws -> FloatPicture {
    let tensor = try tensor(name)
    return FloatPicture(
      width: tensor.shape[2], height: tensor.shape[1], values: try tensor.floats())
  }

  /// The names of one kind: `hue` of `hue/0.07`.
  func names(_ kind: String) -> [String] {
    leaves.keys.filter { $0.hasPrefix(kind + "/") }.sorted()
  }
}

extension Picture {
  /// The largest difference of two pictures' bytes.
  func distance(to other: Picture) -> Int {
    zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }
}
