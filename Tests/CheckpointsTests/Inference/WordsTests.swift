import Archives
import Tensors
import Testing

@testable import Checkpoints

/// What words in names tell, and what they do not.
@Suite struct WordsTests {
  /// Two networks of one basic block and a predictor, under these names; with the same values where
  /// they are equal.
  private func inference(
    _ first: String, _ second: String, predictor: String, areEqual: Bool = false
  ) throws -> Inference {
    var entries: [(String, Node)] = []
    var next: UInt64 = 1
    func add(_ name: String, _ shape: [Int], around centre: Float, by width: Float = 0.2) throws {
      let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        next = next &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return centre + (Float(next >> 40) / Float(1 << 24) - 0.5) * width
      }
      entries.append((name, .tensor(try Tensor(floats: values, shape: shape))))
    }
    func norm(_ name: String, _ count: Int) throws {
      try add(name + ".weight", [count], around: 1)
      try add(name + ".bias", [count], around: 0)
    }
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws {
      try add(name + ".weight", [outputs, inputs], around: 0)
      try add(name + ".bias", [outputs], around: 0)
    }
    for network in [first, second] {
      if areEqual { next = 1 }
      try add(network + ".stem.weight", [8, 3, 3, 3], around: 0)
      try norm(network + ".bn", 8)
      for (number, inputs) in [8, 16].enumerated() {
        try add(network + ".conv\(number).weight", [16, inputs, 3, 3], around: 0)
        try norm(network + ".bn\(number)", 16)
      }
      try add(network + ".skip.weight", [16, 8, 1, 1], around: 0)
      try norm(network + ".skip_bn", 16)
      try linear(network + ".g.0", 16, 24)
      try norm(network + ".g.1", 24)
      try linear(network + ".g.3", 24, 4)
    }
    try linear(predictor + ".0", 4, 20)
    try norm(predictor + ".1", 20)
    try linear(predictor + ".3", 20, 4)
    return try Inference(Archive(.dict(entries), format: "safetensors"))
  }

  private func online(_ inference: Inference) -> (answer: String, isSure: Bool)? {
    inference.questions.first { $0.subject == "which network is online" }
      .map { ($0.answers[$0.chosen], $0.isSure) }
  }

  @Test(arguments: [
    ("x", "y_target"), ("student", "z"), ("net", "momentum_net"), ("a", "teacher.a"),
  ])
  func `words of BYOL say which network is online`(_ first: String, _ second: String) throws {
    let found = try #require(online(inference(first, second, predictor: "q")))
    #expect(found.isSure && found.answer == "number 1 in the file")
    let exchanged = try #require(online(inference(second, first, predictor: "q")))
    #expect(exchanged.isSure && exchanged.answer == "number 2 in the file")
  }

  @Test func `the predictor's words say it too`() throws {
    let found = try #require(online(inference("left_net", "right_net", predictor: "right_q")))
    #expect(found.isSure && found.answer == "number 2 in the file")
  }

  /// The first layer of a sequence has the number 0, as the first of two networks may have.
  @Test(arguments: [("nets.0", "nets.1", "q"), ("a", "b", "a.b"), ("a", "b", "q")])
  func `numbers, and words of both, do not`(_ names: (String, String, String)) throws {
    let found = try #require(online(inference(names.0, names.1, predictor: names.2)))
    #expect(!found.isSure)
  }

  /// As a run that has just begun: the target is no second name of the online network.
  @Test func `two equal networks are two`() throws {
    let found = try inference("online", "target", predictor: "q", areEqual: true)
    #expect(found.isSure)
    let natives = found.assignments.map(\.native)
    #expect(Set(natives).count == natives.count)
    #expect(natives.contains("target/encoder/stem/conv/weight"))
  }
}
