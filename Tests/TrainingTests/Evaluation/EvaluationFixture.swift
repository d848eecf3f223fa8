import Archives
import Foundation
import Gradients
import TestSupport
import Tensors
import Testing

@testable import Training

/// Arrays of an npz file, by name.
struct Arrays {
  private var tensors: [String: Tensor] = [:]

  init(_ path: String) throws {
    for leaf in try Npz().read(MappedFile(path)).leaves {
      if case .tensor(let tensor) = leaf.value { tensors[leaf.name] = tensor }
    }
  }

  /// What scikit-learn and NumPy gave (`Tests/Fixtures/evaluation/make.py`).
  static func evaluation() throws -> Arrays { try fixture("evaluation") }

  /// What PyTorch gave (`Tests/Fixtures/evaluation/make_finetuning.py`).
  static func fineTuning() throws -> Arrays { try fixture("finetuning") }

  private static func fixture(_ name: String) throws -> Arrays {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try Arrays(tests.appending(path: "Fixtures/evaluation/\(name).npz").path)
  }

  subscript(name: String) -> Tensor { get throws { try #require(tensors[name], "\(name)") } }

  /// The names and tensors below a folder, without it.
  func below(_ folder: String) -> [(String, Tensor)] {
    tensors.filter { $0.key.hasPrefix(folder) }.map {
      (String($0.key.dropFirst(folder.count)), $0.value)
    }
  }

  func rows(_ name: String) throws -> Rows<Float> {
    let tensor = try self[name]
    return Rows(count: tensor.shape[0], width: tensor.shape[1], values: try tensor.floats())
  }

  func integers(_ name: String) throws -> [Int] { try #require(try self[name].integers()) }
}

/// The largest difference of two lists of numbers of one length.
func largestDifference(_ left: [some BinaryFloatingPoint], _ right: [some BinaryFloatingPoint])
  -> Double
{
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { max($0, (Double($1.0) - Double($1.1)).magnitude) }
}
