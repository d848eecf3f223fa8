import Archives
import Checkpoints
import Networks
import Synchronization
import TestSupport
import Tensors
import Testing

/// Every engine against projectors of byol-pytorch 0.9.1's own classes: simplicial embedding, and
/// SimSiam's three layers whose last batch norm has neither scale nor offset.
///
/// `Tests/Fixtures/sem/make.py` made the numbers, and checked them with a projector in NumPy.
@Suite struct ProjectorTests {
  /// Tensors by their names, of one of the two files.
  struct Fixture {
    var arrays: [String: Tensor] = [:]
    var checkpoint: Checkpoint

    init(_ name: String) throws {
      let file = try MappedFile(Shared.inPackage("Tests/Fixtures/sem/\(name).npz"))
      for leaf in try Npz().read(file).leaves {
        if case .tensor(let tensor) = leaf.value { arrays[leaf.name] = tensor }
      }
      let entries = arrays.filter { $0.key.hasPrefix("online/") || $0.key.hasPrefix("target/") }
      var contract = Contract.tiny(
        block: .basic, padding: .symmetric, stem: .init(kernel: 3, stride: 1, pool: false))
      contract.encoder.blocks = [1]
      contract.encoder.channels = [8]
      contract.encoder.strides = [1]
      contract.batchNorm.runningVariance = .unbiased
      if name == "sem" {
        contract.sem = .init(groups: 5, size: 4, temperature: 0.2)
        contract.mlp = .init(
          projector: [20, 12, 6], predictor: [6, 12, 6], projectorBiases: [true, true],
          predictorBiases: [true, true])
      } else {
        contract.mlp = .init(
          projector: [8, 12, 12, 6], predictor: [6, 12, 6],
          projectorBiases: [false, false, false], predictorBiases: [true, true])
      }
      checkpoint = Checkpoint(entries: entries.map { .init($0.key, $0.value) }, contract: contract)
    }

    func values(_ name: String) throws -> [Double] { try #require(arrays[name]).doubles() }

    func input() throws -> Activation {
      Activation(shape: try #require(arrays["input"]).shape, values: try values("input"))
    }
  }

  @Test(arguments: Engines.names, ["sem", "simsiam"])
  func `every output is byol-pytorch's`(engine: String, name: String) throws {
    let fixture = try Fixture(name)
    let engine = try Engines.named(engine, threads: 1)
    for branch in Branch.allCases where fixture.checkpoint.roles.contains(branch.encoder) {
      let result = try engine.run(
        ForwardRequest(branch: branch, input: fixture.input()), on: fixture.checkpoint)
      for (output, activation) in result.outputs {
        let expected = try fixture.values((branch == .target ? "target_" : "") + output.rawValue)
        #expect(relativeError(activation.values, expected) < 1e-5, "\(branch) \(output)")
      }
      #expect(result.outputs.count == (branch == .online ? 3 : 2))
    }
  }

  @Test(arguments: Engines.names)
  func `the simplices are a stage of the trace, and are distributions`(engine: String) throws {
    let fixture = try Fixture("sem")
    let stages = Mutex<[String: Activation]>([:])
    _ = try Engines.named(engine, threads: 1).run(
      ForwardRequest(input: fixture.input()) { stage, values in
        stages.withLock { $0[stage] = values }
      }, on: fixture.checkpoint)
    let seen = stages.withLock { $0 }
    let simplices = try #require(seen["projector/sem"])
    #expect(simplices.shape == [5, 20])
    #expect(relativeError(simplices.values, try fixture.values("act/projector/sem")) < 1e-5)
    for start in stride(from: 0, to: simplices.values.count, by: 4) {
      #expect(abs(simplices.values[start..<start + 4].reduce(0, +) - 1) < 1e-6)
    }
    #expect(seen["projector/sem/linear"] != nil && seen["projector/sem/bn"] != nil)
  }

  @Test(arguments: Engines.names, ["sem", "simsiam"])
  func `a pass in training mode gives its outputs and statistics`(
    engine: String, name: String
  ) throws {
    let fixture = try Fixture(name)
    let result = try Engines.named(engine, threads: 1).run(
      ForwardRequest(input: fixture.input(), isTraining: true, until: .projection),
      on: fixture.checkpoint)
    for output in [Output.embedding, .projection] {
      let expected = try fixture.values("training/" + output.rawValue)
      let found = try #require(result.outputs[output]).values
      #expect(relativeError(found, expected) < 1e-5, "\(output)")
    }
    let expected = fixture.arrays.keys.filter { $0.hasPrefix("training/online/") }
    #expect(result.statistics.count == expected.count)
    for name in expected {
      let found = try #require(result.statistics[String(name.dropFirst(9))])
      #expect(relativeError(found, try fixture.values(name)) < 1e-5, "\(name)")
    }
  }

  @Test(arguments: Engines.names)
  func `temperature and sizes are the contract's`(engine: String) throws {
    var fixture = try Fixture("sem")
    let engine = try Engines.named(engine, threads: 1)
    fixture.checkpoint.contract.sem?.temperature = 0.1
    let result = try engine.run(
      ForwardRequest(input: fixture.input()), on: fixture.checkpoint)
    let found = try #require(result.outputs[.projection]).values
    #expect(relativeError(found, try fixture.values("projection")) > 1e-2)
    for sem in [
      nil, Contract.SEM(groups: 4, size: 4, temperature: 0.2),
      Contract.SEM(groups: .max, size: 4, temperature: 0.2),
      Contract.SEM(groups: 0, size: 0, temperature: 0.2),
    ] {
      fixture.checkpoint.contract.sem = sem
      let failure = #expect(throws: Failure.self) {
        try engine.run(ForwardRequest(input: fixture.input()), on: fixture.checkpoint)
      }
      #expect(failure?.kind == .badInput, "\(String(describing: sem))")
    }
  }

  @Test(arguments: Engines.names)
  func `an encoder's batch norm needs scale and offset all the same`(engine: String) throws {
    let fixture = try Fixture("sem")
    let path = "online/encoder/stem/bn"
    let bare = Checkpoint(
      entries: fixture.checkpoint.entries.filter {
        $0.path != path + "/scale" && $0.path != path + "/offset"
      }, contract: fixture.checkpoint.contract)
    let failure = #expect(throws: Failure.self) {
      try Engines.named(engine, threads: 1).run(ForwardRequest(input: fixture.input()), on: bare)
    }
    #expect(failure?.place == path + "/scale")
  }

  @Test(arguments: Engines.names)
  func `half of an affine map is refused`(engine: String) throws {
    let fixture = try Fixture("sem")
    let path = "online/projector/bn0/offset"
    let failure = #expect(throws: Failure.self) {
      try Engines.named(engine, threads: 1).run(
        ForwardRequest(input: fixture.input()), on: fixture.checkpoint.without(path))
    }
    #expect(failure?.place == path)
  }
}
