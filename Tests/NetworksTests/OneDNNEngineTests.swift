#if ONEDNN
  import Checkpoints
  import Networks
  import Synchronization
  import Tensors
  import Testing

  /// oneDNN against the definitions of the layers.
  @Suite struct OneDNNEngineTests {
    /// What a pass showed.
    private final class Recorder: Sendable {
      let stages = Mutex<[String: Activation]>([:])
    }

    /// max|a - b| / max|b|, or infinity where shapes differ.
    private func error(_ left: Activation, _ right: Activation) -> Double {
      guard left.shape == right.shape else { return .infinity }
      return relativeError(left.values, right.values)
    }

    /// Runs a checkpoint traced, and plainly where that is another path, and compares every stage,
    /// output and statistic.
    private func compare(
      _ network: OneDNNCheckpoints, _ pictures: Activation, branch: Branch = .online,
      isTraining: Bool = false, within tolerance: Double = 1e-5,
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      let checkpoint = try network.checkpoint()
      let reference = try OneDNNReference(
        checkpoint, pictures, branch: branch, isTraining: isTraining)
      let recorder = Recorder()
      let engine = OneDNNEngine(threads: 2)
      let traced = try engine.run(
        ForwardRequest(branch: branch, input: pictures, isTraining: isTraining) { stage, values in
          recorder.stages.withLock { $0[stage] = values }
        }, on: checkpoint)
      let plain = try engine.run(
        ForwardRequest(branch: branch, input: pictures, isTraining: isTraining), on: checkpoint)
      let stages = recorder.stages.withLock { $0 }
      #expect(Set(stages.keys) == Set(reference.stages.keys), sourceLocation: location)
      for (stage, values) in reference.stages {
        guard let found = stages[stage] else { continue }
        #expect(found.shape == values.shape, "\(stage)", sourceLocation: location)
        #expect(error(found, values) < tolerance, "\(stage)", sourceLocation: location)
      }
      for output in Output.allCases {
        let expected = try #require(reference.stages[output.rawValue])
        for result in [traced, plain] {
          let found = try #require(result.outputs[output])
          #expect(error(found, expected) < tolerance, "\(output)", sourceLocation: location)
        }
      }
      #expect(traced.statistics.keys == reference.statistics.keys, sourceLocation: location)
      #expect(traced.statistics == plain.statistics, sourceLocation: location)
      for (name, values) in reference.statistics {
        guard let found = traced.statistics[name] else { continue }
        #expect(relativeError(found, values) < tolerance, "\(name)", sourceLocation: location)
      }
    }

    @Test(arguments: [Contract.Block.basic, .bottleneck], [1, 2])
    func blocksOfBothKindsAndVersions(block: Contract.Block, version: Int) throws {
      var network = OneDNNCheckpoints()
      network.block = block
      network.version = version
      try compare(network, OneDNNCheckpoints.pictures(2, 20, 26))
    }

    @Test(arguments: [Contract.Padding.same, .symmetric], [(17, 23), (18, 24), (32, 32)])
    func paddingsOnOddAndEvenSizes(padding: Contract.Padding, size: (Int, Int)) throws {
      var network = OneDNNCheckpoints()
      network.padding = padding
      try compare(network, OneDNNCheckpoints.pictures(2, size.0, size.1))
      network.poolPadding = .symmetric
      try compare(network, OneDNNCheckpoints.pictures(2, size.0, size.1))
    }

    @Test func stemsOfSmallPictures() throws {
      var network = OneDNNCheckpoints()
      network.stem = Contract.Stem(kernel: 3, stride: 1, pool: false)
      try compare(network, OneDNNCheckpoints.pictures(2, 9, 8))
      network.stem = Contract.Stem(kernel: 7, stride: 2, pad: 2, pool: true)
      try compare(network, OneDNNCheckpoints.pictures(1, 21, 22))
      network.stem = Contract.Stem(kernel: 3, stride: 2, pad: 0, pool: false)
      try compare(network, OneDNNCheckpoints.pictures(1, 14, 15))
    }

    @Test(arguments: [0, 1, 2])
    func theStrideSitsWhereTheContractSays(strideAt: Int) throws {
      var network = OneDNNCheckpoints()
      network.strideAt = strideAt
      network.padding = .symmetric
      try compare(network, OneDNNCheckpoints.pictures(2, 24, 24))
    }

    @Test func aShortcutWithoutConvolutionIsTheInput() throws {
      var network = OneDNNCheckpoints()
      network.block = .basic
      network.stemChannels = 8
      network.stem.pool = false
      for version in 1...2 {
        network.version = version
        try compare(network, OneDNNCheckpoints.pictures(2, 12, 12))
      }
    }

    @Test(arguments: [1e-5, 1e-3, 0.5])
    func epsIsTheContracts(eps: Double) throws {
      var network = OneDNNCheckpoints()
      network.batchNorm.eps = eps
      try compare(network, OneDNNCheckpoints.pictures(1, 16, 16))
    }

    @Test func theTargetHasItsOwnWeights() throws {
      try compare(OneDNNCheckpoints(), OneDNNCheckpoints.pictures(2, 16, 16), branch: .target)
    }

    @Test func headsOfAnyLengthAndWithANormAtTheEnd() throws {
      var network = OneDNNCheckpoints()
      network.projector = [12, 9, 11, 7]
      network.predictor = [7, 7]
      network.endsInNorm = true
      try compare(network, OneDNNCheckpoints.pictures(3, 16, 16))
    }

    @Test(arguments: [Contract.RunningVariance.biased, .unbiased], [false, true])
    func trainingUsesTheBatchAndMovesTheStatistics(
      variance: Contract.RunningVariance, haiku: Bool
    ) throws {
      var network = OneDNNCheckpoints()
      network.batchNorm.runningVariance = variance
      network.batchNorm.keep = 0.8
      network.hasHaikuAverages = haiku
      for version in 1...2 {
        network.version = version
        try compare(
          network, OneDNNCheckpoints.pictures(6, 20, 20), isTraining: true, within: 5e-5)
      }
    }

    @Test func aLargeBatchInPartsGivesWhatItsPicturesGiveAlone() throws {
      let network = OneDNNCheckpoints()
      let checkpoint = try network.checkpoint()
      let (count, side) = (11, 224)
      let pictures = OneDNNCheckpoints.pictures(count, side, side)
      let model = try OneDNNModel(checkpoint, threads: 2)
      let together = try model.run(ForwardRequest(input: pictures))
      let again = try model.run(ForwardRequest(input: pictures))
      #expect(together.outputs[.embedding]?.values == again.outputs[.embedding]?.values)
      let embedding = try #require(together.outputs[.embedding])
      #expect(embedding.shape == [count, 12])
      let size = 3 * side * side
      for picture in [0, 7, 8, 10] {
        let values = Array(pictures.values[picture * size..<(picture + 1) * size])
        let alone = try model.run(
          ForwardRequest(input: Activation(shape: [1, 3, side, side], values: values)))
        let expected = try #require(alone.outputs[.embedding])
        #expect(
          relativeError(Array(embedding.values[picture * 12..<(picture + 1) * 12]), expected.values)
            < 1e-5)
      }
    }

    @Test func thePassStopsAtTheLastOutputWanted() throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let pictures = OneDNNCheckpoints.pictures(1, 16, 16)
      for last in Output.allCases {
        let result = try OneDNNEngine().run(
          ForwardRequest(input: pictures, until: last), on: checkpoint)
        #expect(Set(result.outputs.keys) == Set(Output.allCases.filter { $0 <= last }))
      }
    }
  }
#endif
