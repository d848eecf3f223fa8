import Archives
import Foundation
import Gradients
import TestSupport
import Tensors
import Testing

@testable import Training

@Suite struct ViewsFileTests {
  private func write(_ arrays: [(String, Tensor)], to path: String) throws {
    let file = try AtomicFile(path)
    try Npz().write(
      Archive(.dict(arrays.map { ($0.0, Node.tensor($0.1)) }), format: "npz"), to: file.output)
    try file.commit()
  }

  private func ramp(_ shape: [Int], from first: Int = 0) throws -> Tensor {
    try Tensor(floats: (0..<shape.reduce(1, *)).map { Float(first + $0) }, shape: shape)
  }

  private func labels(_ numbers: [Int32], _ shape: [Int]) throws -> Tensor {
    try Tensor(.int32, shape: shape, bytes: numbers.withUnsafeBytes { Array($0) })
  }

  @Test func `views by update and views in one array are the same views`() throws {
    try withFolder { folder in
      try write(
        [
          ("step0/view1", ramp([2, 3, 2, 2])), ("step0/view2", ramp([2, 3, 2, 2], from: 100)),
          ("step1/view1", ramp([2, 3, 2, 2], from: 24)),
          ("step1/view2", ramp([2, 3, 2, 2], from: 124)),
          ("step0/labels", labels([3, 4], [2])), ("step1/labels", labels([5, -1], [2])),
          ("step0/loss", ramp([])),
        ], to: folder.path("steps.npz"))
      try write(
        [
          ("view1", ramp([2, 2, 3, 2, 2])), ("view2", ramp([2, 2, 3, 2, 2], from: 100)),
          ("labels", labels([3, 4, 5, -1], [2, 2])),
        ], to: folder.path("stacked.npz"))
      for name in ["steps.npz", "stacked.npz"] {
        let file = try ViewsFile(folder.path(name))
        #expect(file.count == 2 && file.batch == 2 && file.updatesPerEpoch == 2)
        let views = try file.views(at: 1)
        #expect(views.first.shape == [2, 3, 2, 2])
        #expect(views.first.values == (24..<48).map(Float.init), "\(name)")
        #expect(views.second.values == (124..<148).map(Float.init), "\(name)")
        #expect(views.labels == [5, -1])
        #expect(failure { _ = try file.views(at: 2) }?.kind == .usage)
      }
    }
  }

  @Test func `channels that are last go first`() throws {
    try withFolder { folder in
      let path = folder.path("last.npz")
      try write(
        [("step0/view1", ramp([1, 2, 2, 3])), ("step0/view2", ramp([1, 2, 2, 3]))], to: path)
      let views = try ViewsFile(path).views(at: 0)
      #expect(views.first.shape == [1, 3, 2, 2])
      #expect(views.first.values == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
      #expect(views.labels.isEmpty)
    }
  }

  @Test(arguments: ["none", "one view", "shapes", "labels", "integers"])
  func `what does not fit is refused by name`(_ what: String) throws {
    try withFolder { folder in
      let path = folder.path("views.npz")
      let view = try ramp([2, 3, 2, 2])
      let (arrays, place): ([(String, Tensor)], String?) =
        switch what {
        case "none": ([("images", view)], nil)
        case "one view": ([("step0/view1", view)], "step0/view2")
        case "shapes":
          ([("step0/view1", view), ("step0/view2", try ramp([2, 3, 2, 3]))], "step0/view2")
        case "labels":
          (
            [("step0/view1", view), ("step0/view2", view), ("step0/labels", try labels([1], [1]))],
            "step0/labels"
          )
        default:
          (
            [("step0/view1", view), ("step0/view2", try labels(Array(0..<24), [2, 3, 2, 2]))],
            "step0/view2"
          )
        }
      try write(arrays, to: path)
      let found = failure { _ = try ViewsFile(path) }
      #expect(found?.kind == .badInput && found?.place == place && found?.file == path)
    }
  }
}
