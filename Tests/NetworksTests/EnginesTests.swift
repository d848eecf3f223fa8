import Checkpoints
import Networks
import Tensors
import Testing

/// The list of engines.
@Suite struct EnginesTests {
  @Test func everyEngineIsFoundByItsName() throws {
    for choice in Engines.all {
      #expect(try Engines.named(choice.name, threads: 1).name == choice.engine(threads: 1).name)
    }
    #expect(Set(Engines.names).count == Engines.names.count)
    #expect(Engines.names.contains("openblas-f64"))
  }

  @Test func anUnknownEngineIsRefusedWithTheNamesThereAre() {
    let failure = #expect(throws: Failure.self) { try Engines.named("abacus") }
    #expect(failure?.kind == .usage)
    for name in Engines.names { #expect(failure?.message.contains(name) == true) }
  }

  @Test func theFastestEngineComesFirstAndTheExactOneIsFloat64() {
    #expect(Engines.fast(threads: 1).name == Engines.all[0].engine(threads: 1).name)
    #expect(Engines.exact().name == "openblas float64")
    #if ONEDNN
      #expect(Engines.fast().name == "onednn float32")
    #endif
  }

  /// Every field of the encoder's contract differs from what the usual ResNets have.
  @Test(arguments: Engines.names, [1, 2])
  func everyEngineFollowsAnUnusualContract(name: String, version: Int) throws {
    var network = OneDNNCheckpoints()
    network.version = version
    network.blocks = [1, 2, 1]
    network.channels = [8, 8, 12]
    network.strides = [2, 1, 3]
    network.stem = Contract.Stem(kernel: 5, stride: 3, pad: 1, pool: true)
    network.strideAt = 2
    network.padding = .symmetric
    network.poolPadding = .same
    network.batchNorm.eps = 0.03
    let checkpoint = try network.checkpoint()
    let pictures = OneDNNCheckpoints.pictures(2, 44, 57)
    for branch in Branch.allCases {
      let reference = try OneDNNReference(checkpoint, pictures, branch: branch)
      let result = try Engines.named(name, threads: 1).run(
        ForwardRequest(branch: branch, input: pictures), on: checkpoint)
      for output in Output.allCases {
        let found = try #require(result.outputs[output]).values
        let expected = try #require(reference.stages[output.rawValue]).values
        #expect(relativeError(found, expected) < 1e-5, "\(branch) \(output)")
      }
    }
  }

  /// 17 MB of float64 weights in one convolution: more than an engine takes at once.
  @Test(arguments: Engines.names)
  func everyEngineRunsAConvolutionWithManyWeights(name: String) throws {
    var network = OneDNNCheckpoints()
    network.stemChannels = 15_000
    network.blocks = [1]
    network.channels = [8]
    network.strides = [1]
    network.projector = [8, 4]
    network.predictor = []
    let checkpoint = try network.checkpoint()
    let pictures = OneDNNCheckpoints.pictures(1, 4, 4)
    let reference = try OneDNNReference(checkpoint, pictures)
    let result = try Engines.named(name, threads: 1).run(
      ForwardRequest(input: pictures), on: checkpoint)
    let found = try #require(result.outputs[.embedding]).values
    let expected = try #require(reference.stages["embedding"]).values
    #expect(relativeError(found, expected) < 1e-5)
  }
}
