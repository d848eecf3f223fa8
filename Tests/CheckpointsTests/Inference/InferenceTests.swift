import Archives
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Networks of every published size, found by their shapes.
@Suite struct InferenceTests {
  static let trees = [
    "ResNet18_1x", "ResNet18_1x_v2", "ResNet34_1x", "ResNet50_1x", "ResNet50_1x_v2", "ResNet50_2x",
    "ResNet50_4x",
  ]

  /// The same archive with numbers for names.
  private func nameless(_ archive: Archive) -> (Archive, [String: String]) {
    var truth: [String: String] = [:]
    let entries = archive.leaves.enumerated().map { index, leaf in
      truth["t\(index)"] = ShapesOnly.native(leaf.name)
      return ("t\(index)", leaf.value)
    }
    return (Archive(.dict(entries), format: "npz"), truth)
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: trees)
  func `every tensor of a published network is found by shape and order`(_ name: String) throws {
    let (archive, truth) = nameless(try ShapesOnly.archive(name))
    let inference = try Inference(archive)
    #expect(inference.isSure, "\(inference.openText)")
    let found = Dictionary(
      uniqueKeysWithValues: inference.assignments.map { ($0.source, $0.native) })
    #expect(found == truth)
  }

  /// As text `block_10` comes before `block_2`: the file's order is not the network's.
  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: ["ResNet101_1x", "ResNet200_2x"])
  func `more than nine blocks of one shape are not sure without numbers in names`(
    _ name: String
  ) throws {
    let tree = try ShapesOnly.archive(name)
    let (archive, truth) = nameless(tree)
    // `t0`, `t1` ... are numbers, but those of the file's order: hashes have none.
    let renamed = archive.leaves.map { ("x" + String($0.name.reversed()), $0.value) }
    let unsure = try Inference(Archive(.dict(renamed), format: "npz"))
    #expect(!unsure.isSure)
    for assignment in unsure.assignments where assignment.isSure {
      let name = String(assignment.source.dropFirst().reversed())
      #expect(truth[name] == assignment.native)
    }
    let sure = try Inference(tree)
    #expect(sure.isSure)
    for assignment in sure.assignments {
      #expect(assignment.native == ShapesOnly.native(assignment.source))
    }
  }

  @Test func `a file without convolutions is refused`() {
    let failure = #expect(throws: Failure.self) {
      try Inference(
        Archive(.dict([("a", .tensor(try ShapesOnly.tensor([8, 8])))]), format: "npz"))
    }
    #expect(failure?.kind == .badInput)
    #expect(failure?.message.contains("no tensor of four axes") == true)
  }

  @Test(arguments: [
    [[3, 3, 3, 3]], [[64, 3, 7, 7]], [[64, 3, 7, 7], [64, 64, 3, 3]],
    [[0, 3, 7, 7], [0, 0, 3, 3]],
    [[64, 3, 7, 7], [1 << 40, 64, 1, 1]], [[64, 3, 7, 5], [64, 64, 3, 3]],
  ])
  func `convolutions that make no network are refused`(_ shapes: [[Int]]) throws {
    let entries = try shapes.enumerated().map {
      ("k\($0)", Node.tensor(try ShapesOnly.tensor($1)))
    }
    #expect(throws: Failure.self) { try Inference(Archive(.dict(entries), format: "npz")) }
  }

  /// Thousands of equal kernels have exponentially many arrangements.
  @Test func `a flood of equal convolutions ends soon`() throws {
    var entries = [("stem", Node.tensor(try ShapesOnly.tensor([8, 3, 3, 3])))]
    for index in 0..<900 {
      entries.append(("k\(index)", .tensor(try ShapesOnly.tensor([8, 8, 3, 3]))))
      entries.append(("s\(index)", .tensor(try ShapesOnly.tensor([8, 8, 1, 1]))))
    }
    #expect(throws: Failure.self) { try Inference(Archive(.dict(entries), format: "npz")) }
  }

  @Test func `values that are no numbers do not make anything sure`() throws {
    var entries: [(String, Node)] = []
    func add(_ shape: [Int], _ value: Float) throws {
      let count = shape.reduce(1, *)
      entries.append(
        (
          "t\(entries.count)",
          .tensor(try Tensor(floats: Array(repeating: value, count: count), shape: shape))
        ))
    }
    for shape in [[4, 3, 3, 3], [4, 4, 3, 3], [4, 4, 3, 3]] {
      try add(shape, .nan)
      for _ in 0..<4 { try add([4], .nan) }
    }
    let inference = try Inference(Archive(.dict(entries), format: "npz"))
    #expect(!inference.isSure)
    #expect(!inference.assignments.contains { $0.isSure && $0.native.contains("/bn") })
  }
}
