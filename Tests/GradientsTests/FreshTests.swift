import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// Networks from random weights.
@Suite struct FreshTests {
  /// DeepMind's trees of every network, listed by its own initialisation.
  static let trees: [(name: String, design: NetworkDesign)] = [
    ("ResNet18_1x", 18, 1, 1), ("ResNet34_1x", 34, 1, 1), ("ResNet50_1x", 50, 1, 1),
    ("ResNet50_2x", 50, 2, 1), ("ResNet50_4x", 50, 4, 1), ("ResNet101_1x", 101, 1, 1),
    ("ResNet152_1x", 152, 1, 1), ("ResNet200_1x", 200, 1, 1), ("ResNet200_2x", 200, 2, 1),
    ("ResNet18_1x_v2", 18, 1, 2), ("ResNet50_1x_v2", 50, 1, 2), ("ResNet200_2x_v2", 200, 2, 2),
  ].map {
    ($0.0, NetworkDesign(depth: $0.1, width: $0.2, version: $0.3, classes: 1000))
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: trees)
  func `has every tensor of DeepMind's own tree, and no other`(
    name: String, design: NetworkDesign
  ) throws {
    let path = Shared.path("fixtures/deepmind/trees/\(name).tsv")
    let theirs = try checkpoint(ofTree: String(contentsOfFile: path, encoding: .utf8))
    let mine = design.tensors(of: .online, isWhole: true)
    #expect(
      Dictionary(uniqueKeysWithValues: mine.map { ($0.path, $0.shape) })
        == Dictionary(uniqueKeysWithValues: theirs.entries.map { ($0.path, $0.tensor.shape) }))
    #expect(design.contract == theirs.contract)
  }

  /// A checkpoint of a tree's names and shapes, read as the dialect reads DeepMind's; without its numbers.
  private func checkpoint(ofTree text: String) throws -> Checkpoint {
    let zero = HeapBytes([0, 0, 0, 0])
    let leaves = try text.split(separator: "\n").map { line -> (String, Node) in
      let fields = line.split(separator: "\t").map(String.init)
      let shape = fields[3].split { !$0.isNumber }.compactMap { Int($0) }
      let type = try #require(ElementType(rawValue: fields[4]))
      let tensor = try Tensor(
        type, shape: shape, strides: shape.map { _ in 0 }, source: zero)
      return ("online_\(fields[0])/\(fields[1])/\(fields[2])", .tensor(tensor))
    }
    return try Dialects.named("haiku").read(Archive(.dict(leaves), format: "npz")).checkpoint
  }

  @Test(arguments: [(18, 11_176_512), (34, 21_284_672), (50, 23_508_032), (101, 42_500_160)])
  func `has as many weights as torchvision's`(depth: Int, count: Int) {
    let design = NetworkDesign(depth: depth, conventions: .torch)
    let weights = design.tensors(of: .online, isWhole: false).filter {
      $0.path.hasPrefix("online/encoder/") && !$0.path.hasSuffix("/mean")
        && !$0.path.hasSuffix("/variance")
    }
    #expect(weights.reduce(0) { $0 + $1.shape.reduce(1, *) } == count)
  }

  static let small = NetworkDesign(
    depth: 18, width: 0.125, stem: .cifar, hidden: 32, output: 16, classes: 10)

  @Test(arguments: NetworkDesign.Conventions.allCases)
  func `the same seed gives the same bits, another seed others`(
    conventions: NetworkDesign.Conventions
  ) throws {
    var design = Self.small
    design.conventions = conventions
    let (first, second, other) = (
      try Checkpoint.fresh(design, seed: 1), try Checkpoint.fresh(design, seed: 1),
      try Checkpoint.fresh(design, seed: 2)
    )
    #expect(try Fingerprints(of: first).all == Fingerprints(of: second).all)
    #expect(try Fingerprints(of: first).all != Fingerprints(of: other).all)
    for branch in Branch.allCases {
      let network = try Network(
        branch, of: first, on: BLASBackend<Float>(), isTrained: false)
      #expect(
        network.lastOutput
          == (branch == .online || conventions == .deepMind ? .prediction : .projection))
    }
  }

  @Test
  func `DeepMind's target has random weights of its own, PyTorch's those of the online network`()
    throws
  {
    let path = "encoder/stage1/block0/conv0/weight"
    for conventions in NetworkDesign.Conventions.allCases {
      var design = Self.small
      design.conventions = conventions
      let checkpoint = try Checkpoint.fresh(design, seed: 1)
      let isSame = try checkpoint.tensor("online/" + path)
        .hasSameBits(as: checkpoint.tensor("target/" + path))
      #expect(isSame == (conventions == .torch))
      let made = try #require(checkpoint.provenance.made?["target.encoder"])
      #expect(made.how == (conventions == .torch ? .copied : .random))
    }
  }

  /// A weight of `small`, and the deviation and bound of its numbers.
  struct Expected: Sendable {
    var conventions: NetworkDesign.Conventions
    var path: String
    var deviation: Double
    var bound: Double
  }

  /// 64 channels come into the last convolution, 64 numbers into the projector; a normal distribution that
  /// ends at two deviations has 0.8796 of the deviation.
  static let distributions: [Expected] = [
    Expected(
      conventions: .deepMind, path: "encoder/stage3/block1/conv1/weight", deviation: 0.8796 / 24,
      bound: 2.0 / 24),
    Expected(
      conventions: .deepMind, path: "projector/linear0/weight", deviation: 0.8796 / 8,
      bound: 2.0 / 8),
    Expected(
      conventions: .torch, path: "encoder/stage3/block1/conv1/weight",
      deviation: (2.0 / 576).squareRoot(), bound: 1),
    Expected(
      conventions: .torch, path: "projector/linear0/weight", deviation: 0.125 / 3.0.squareRoot(),
      bound: 0.125),
  ]

  @Test(arguments: distributions)
  func `weights have the programs' distributions`(expected: Expected) throws {
    var design = Self.small
    design.conventions = expected.conventions
    design.hidden = 1024
    let values = try Checkpoint.fresh(design, seed: 7).tensor("online/" + expected.path).doubles()
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / count).squareRoot()
    #expect(abs(deviation / expected.deviation - 1) < 0.02)
    #expect(abs(mean) < 0.02 * expected.deviation)
    let extent = values.reduce(0) { max($0, abs($1)) }
    #expect(extent <= expected.bound && extent > expected.deviation)
  }

  @Test func `the last scale of a block is 0 where it is asked for`() throws {
    var design = Self.small
    design.zeroesLastScale = true
    let cases: [(Int, NetworkDesign.Conventions, Bool)] = [
      (18, .deepMind, false), (18, .torch, true), (50, .deepMind, true),
    ]
    for (depth, conventions, isZero) in cases {
      design.depth = depth
      design.conventions = conventions
      let last = depth == 18 ? "bn1" : "bn2"
      for (bn, expected) in [("bn0", false), (last, isZero)] {
        let tensor = try #require(
          design.tensors(of: .online, isWhole: true).first {
            $0.path == "online/encoder/stage2/block0/\(bn)/scale"
          })
        #expect(tensor.beginning == .constant(expected ? 0 : 1), "\(depth) \(conventions) \(bn)")
      }
    }
  }

  @Test func `an impossible design is refused by its field`() {
    var design = Self.small
    design.depth = 20
    #expect {
      try Checkpoint.fresh(design, seed: 0)
    } throws: {
      let failure = $0 as? Failure
      return failure?.kind == .usage && failure?.place == "depth"
    }
  }
}
