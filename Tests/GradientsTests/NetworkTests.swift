import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// What a network takes from a checkpoint, gives back, and refuses.
@Suite struct NetworkTests {
  let design = NetworkDesign(depth: 18, stem: .cifar, classes: 3)
  let pictures = Random.pictures([4, 3, 8, 8])

  func network<Scalar: BLASScalar>(
    _ checkpoint: Checkpoint, _ type: Scalar.Type, isTrained: Bool = true
  ) throws -> Network<BLASBackend<Scalar>> {
    try Network(.online, of: checkpoint, on: BLASBackend<Scalar>(), isTrained: isTrained)
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `an unchanged network gives back the checkpoint's bits`() throws {
    for file in ["deepmind/tiny_haiku_byol.npz", "dialects/lightly_example_tiny.pth"] {
      let checkpoint = try Loaded(Shared.path("fixtures/" + file)).checkpoint
      let entries = try network(checkpoint, Float.self).entries()
      let mine = Set(entries.map(\.path))
      let theirs = checkpoint.entries.map(\.path).filter {
        $0.hasPrefix("online/") || $0.hasPrefix("training/bn/online/")
      }
      #expect(mine == Set(theirs))
      for entry in entries {
        #expect(try entry.tensor.hasSameBits(as: checkpoint.tensor(entry.path)), "\(entry.path)")
      }
    }
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `half types become float32, and a float64 run's numbers float64`() throws {
    let path = Shared.path("fixtures/dialects/lucidrains_v082.bf16.pt")
    let checkpoint = try Loaded(path).checkpoint
    let weight = "online/encoder/stem/conv/weight"
    #expect(try checkpoint.tensor(weight).elementType == .bfloat16)
    let (single, double) = (
      try network(checkpoint, Float.self), try network(checkpoint, Double.self)
    )
    #expect(single.widened == [.bfloat16: .float32])
    #expect(double.widened == [.bfloat16: .float64])
    #expect(try network(design.tiny(), Float.self).widened.isEmpty)
    for (type, entries) in [
      (ElementType.float32, try single.entries()), (.float64, try double.entries()),
    ] {
      let tensor = try #require(entries.first { $0.path == weight }?.tensor)
      #expect(tensor.elementType == type)
      #expect(try tensor.doubles() == checkpoint.tensor(weight).doubles())
    }
  }

  /// A step of plain gradient descent on the sum of the predictions' squares.
  func descend(_ network: Network<BLASBackend<Float>>, seed: UInt64) throws {
    network.clearGradients()
    let pass = try network.run(
      Random.pictures([4, 3, 8, 8], seed: seed), until: .prediction, isTraining: true,
      records: true)
    try pass.pull(try #require(pass.outputs[.prediction]))
    for parameter in network.parameters {
      for index in 0..<parameter.count {
        parameter.values[index] -= 0.1 * parameter.gradient[index]
      }
    }
  }

  @Test(arguments: NetworkDesign.Conventions.allCases)
  func `training goes on from its checkpoint as from memory`(
    conventions: NetworkDesign.Conventions
  ) throws {
    var design = design
    design.conventions = conventions
    let checkpoint = try design.tiny()
    let whole = try network(checkpoint, Float.self)
    try descend(whole, seed: 1)
    let halfway = Checkpoint(entries: try whole.entries(), contract: checkpoint.contract)
    try descend(whole, seed: 2)
    let resumed = try network(halfway, Float.self)
    try descend(resumed, seed: 2)
    for (left, right) in zip(try whole.entries(), try resumed.entries()) {
      #expect(left.path == right.path)
      #expect(try left.tensor.hasSameBits(as: right.tensor), "\(left.path)")
    }
    #expect(try !whole.entries()[0].tensor.hasSameBits(as: checkpoint.entries[0].tensor))
  }

  @Test func `gradients of two passes add up, and are cleared`() throws {
    let network = try network(design.tiny(), Double.self)
    func pull() throws {
      let pass = try network.run(pictures, until: .prediction, isTraining: true, records: true)
      try pass.pull(try #require(pass.outputs[.prediction]))
    }
    try pull()
    let weight = try #require(network["online/encoder/stem/conv/weight"])
    let once = Array(weight.gradient)
    try pull()
    #expect(zip(weight.gradient, once).allSatisfy { abs($0 - 2 * $1) <= 1e-12 * abs($1) })
    network.clearGradients()
    #expect(weight.gradient.allSatisfy { $0 == 0 })
  }

  @Test func `a network that is not trained has no gradients`() throws {
    let network = try network(design.tiny(), Float.self, isTrained: false)
    #expect(network.parameters.allSatisfy { $0.gradient.isEmpty && !$0.isTrained })
    let pass = try network.run(pictures, until: .prediction, isTraining: true, records: true)
    try pass.pull(try #require(pass.outputs[.prediction]))
    let silent = try network.run(pictures, until: .embedding, isTraining: true, records: false)
    #expect(throws: Failure.self) { try silent.pull(try #require(silent.outputs[.embedding])) }
  }

  @Test func `outputs come one after the other`() throws {
    let network = try network(design.tiny(), Float.self)
    for output in NetworkOutput.allCases {
      let pass = try network.run(pictures, until: output, isTraining: true, records: false)
      #expect(Set(pass.outputs.keys) == Set(NetworkOutput.allCases.filter { $0 <= output }))
    }
    let heads = network.parameters.map(\.path).filter { $0.contains("/heads/") }
    #expect(heads == ["online/heads/classifier/bias", "online/heads/classifier/weight"])
  }

  @Test func `missing running statistics are named, and can begin`() throws {
    let checkpoint = try design.tiny()
    let bare = Checkpoint(
      entries: checkpoint.entries.filter {
        !$0.path.hasSuffix("/mean") && !$0.path.hasSuffix("/variance")
          && !$0.path.hasPrefix("training/")
      }, contract: checkpoint.contract)
    for isZeroDebiased in [true, false] {
      let network = try network(bare, Float.self)
      #expect(network.normsWithoutStatistics.count == 15)
      #expect(network.normsWithoutStatistics.first == "online/encoder/stem/bn")
      network.beginMissingStatistics(isZeroDebiased: isZeroDebiased)
      #expect(network.normsWithoutStatistics.isEmpty)
      _ = try network.run(pictures, until: .prediction, isTraining: true, records: false)
      let counter = isZeroDebiased ? "mean_counter" : "batches"
      let entry = try #require(
        try network.entries().first { $0.path == "training/bn/online/encoder/stem/bn/\(counter)" })
      #expect(try entry.tensor.integers() == [1])
      _ = try network.run(pictures, until: .prediction, isTraining: false, records: false)
    }
  }

  @Test func `the first layer with a number that is none is named`() throws {
    let network = try network(design.tiny(), Float.self)
    func first() throws -> String? {
      try network.firstNonFinite(pictures, until: .prediction, isTraining: true)
    }
    #expect(try first() == nil)
    let statistics = network.statistics.values
    network["online/encoder/stage2/block0/conv1/weight"]?.values[0] = .infinity
    #expect(try first() == "online/encoder/stage2/block0/conv1")
    #expect(network.statistics.values == statistics)
  }

  @Test func `what does not fit is refused by name`() throws {
    let checkpoint = try design.tiny()
    func refuses(
      _ place: String, _ change: (inout [Checkpoint.Entry], inout Contract) throws -> Void
    ) rethrows {
      var (entries, contract) = (checkpoint.entries, checkpoint.contract)
      try change(&entries, &contract)
      let changed = Checkpoint(entries: entries, contract: contract)
      #expect {
        _ = try network(changed, Float.self)
      } throws: {
        let failure = $0 as? Failure
        return failure?.kind == .badInput && failure?.place?.contains(place) == true
      }
    }
    let conv = "online/encoder/stage1/block0/conv1/weight"
    refuses(conv) { entries, _ in entries.removeAll { $0.path == conv } }
    try refuses(conv) { entries, _ in
      entries.removeAll { $0.path == conv }
      entries.append(.init(conv, try Tensor(floats: [1], shape: [1, 1, 1, 1])))
    }
    refuses("online/encoder/stem/bn/scale") { entries, _ in
      entries.removeAll { $0.path == "online/encoder/stem/bn/scale" }
    }
    refuses("online/encoder/stage2/block0") { entries, _ in
      entries.removeAll { $0.path.contains("stage2/block0/shortcut") }
    }
    refuses("online/projector/linear0") { _, contract in contract.mlp.projector[1] += 1 }
    refuses("online/predictor/linear0") { _, contract in
      contract.mlp.predictorBiases = [false, false]
    }
    refuses("contract.encoder.family") { _, contract in contract.encoder.family = "other" }
    refuses("contract") { _, contract in contract.encoder.strides = [1] }
    refuses("online/encoder/stem/conv") { _, contract in contract.encoder.stem.kernel = 7 }
    refuses("sem") { _, contract in contract.sem = .init(groups: 2, size: 2, temperature: 1) }
    refuses("online/encoder/stem/conv/weight") { entries, _ in
      entries.removeAll { $0.path.hasPrefix("online/encoder/stem/conv") }
    }
  }

  @Test func `pictures that do not fit are refused`() throws {
    let network = try network(design.tiny(), Float.self)
    for shape in [[4, 1, 8, 8], [4, 3, 8], [0, 3, 8, 8]] {
      #expect(throws: Failure.self) {
        try network.run(
          Random.pictures(shape), until: .embedding, isTraining: true, records: false)
      }
    }
    let target = Checkpoint(
      entries: try design.tiny().entries.filter { !$0.path.contains("/predictor/") },
      contract: try design.tiny().contract)
    let headless = try self.network(target, Float.self)
    #expect(headless.lastOutput == .projection)
    #expect(throws: Failure.self) {
      try headless.run(pictures, until: .prediction, isTraining: true, records: false)
    }
  }
}
