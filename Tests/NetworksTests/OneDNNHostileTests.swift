#if ONEDNN
  import Checkpoints
  import Networks
  import Tensors
  import Testing

  /// Wrong checkpoints, contracts and inputs against oneDNN.
  @Suite struct OneDNNHostileTests {
    private func run(_ checkpoint: Checkpoint, _ shape: [Int] = [1, 3, 20, 20]) throws {
      let input = Activation(
        shape: shape, values: [Double](repeating: 0.5, count: shape.reduce(1, *)))
      _ = try OneDNNEngine().run(ForwardRequest(input: input), on: checkpoint)
    }

    @Test(arguments: HostileCase.all)
    func isRefusedAtTheSamePlaceAsByTheOtherEngine(_ it: HostileCase) throws {
      let checkpoint = try it.change(RandomCheckpoint(.tiny()).checkpoint)
      let failure = #expect(throws: Failure.self) { try run(checkpoint) }
      let place = it.sentence.prefix { $0 != ":" }
      #expect(failure?.place?.hasPrefix(place) == true, "\(String(describing: failure))")
      #expect(failure?.kind == .badInput)
    }

    @Test(arguments: [[3, 20, 20], [0, 3, 20, 20], [1, 3, 0, 20], []])
    func anInputThatIsNoBatchOfPicturesIsRefused(shape: [Int]) throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let failure = #expect(throws: Failure.self) { try run(checkpoint, shape) }
      #expect(failure?.kind == .usage)
    }

    @Test func aPictureSmallerThanTheKernelIsRefused() throws {
      var network = OneDNNCheckpoints()
      network.stem.pad = 0
      let checkpoint = try network.checkpoint()
      let failure = #expect(throws: Failure.self) { try run(checkpoint, [1, 3, 6, 20]) }
      #expect(
        failure?.description
          == "online/encoder/stem/conv: expected a picture of at least 7 pixels, found 6")
    }

    @Test func aStageOfOtherChannelsThanTheContractsIsRefused() throws {
      var checkpoint = try OneDNNCheckpoints().checkpoint()
      checkpoint.contract.encoder.channels[1] = 16
      let failure = #expect(throws: Failure.self) { try run(checkpoint) }
      #expect(
        failure?.description == "online/encoder/stage1/block0: "
          + "expected 16 channels by the contract, found 12")
    }

    @Test func oneLayerMoreThanTheContractSaysIsRefused() throws {
      var checkpoint = try OneDNNCheckpoints().checkpoint()
      checkpoint.contract.mlp.predictor = [7, 9]
      checkpoint.contract.mlp.predictorBiases = []
      let failure = #expect(throws: Failure.self) { try run(checkpoint) }
      #expect(
        failure?.description == "online/predictor/linear1: "
          + "expected 1 linear layers, as the contract has, found one more")
    }

    @Test(
      arguments: [Double.nan, -.infinity],
      [(1, "stage0/block0/conv0/weight"), (2, "stage0/block1/bn0/scale")])
    func weightsThatAreNoNumbersDoNotVanishBehindAReLU(
      value: Double, place: (version: Int, leaf: String)
    ) throws {
      var network = OneDNNCheckpoints()
      network.version = place.version
      let name = "online/encoder/\(place.leaf)"
      let sound = try network.checkpoint()
      let tensor = try sound.tensor(name)
      let values = [value] + (try tensor.doubles()).dropFirst()
      let checkpoint = try sound.with(name, values, shape: tensor.shape)
      let pictures = OneDNNCheckpoints.pictures(1, 20, 20)
      let exact = try OpenBLASEngine(precision: .float64).run(
        ForwardRequest(input: pictures), on: checkpoint)
      let plain = ForwardRequest(input: pictures)
      let traced = ForwardRequest(input: pictures) { _, _ in }
      for request in [plain, traced] {
        let result = try OneDNNEngine().run(request, on: checkpoint)
        let embedding = try #require(result.outputs[.embedding])
        let expected = try #require(exact.outputs[.embedding])
        #expect(embedding.values.map(\.isFinite) == expected.values.map(\.isFinite))
      }
    }
  }
#endif
