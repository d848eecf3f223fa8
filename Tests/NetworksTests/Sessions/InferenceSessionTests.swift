#if ONEDNN
  import Checkpoints
  import Networks
  import Tensors
  import Testing

  /// Sessions against the definitions of the layers.
  @Suite struct InferenceSessionTests {
    private static let vectors: Set<String> = Set(Output.allCases.map(\.rawValue))

    /// Pictures, and the same as an engine takes them.
    private func pictures(_ count: Int, _ height: Int, _ width: Int) -> (Pictures, Activation) {
      let activation = OneDNNCheckpoints.pictures(count, height, width)
      return (
        Pictures(
          count: count, height: height, width: width, values: activation.values.map { Float($0) }),
        activation
      )
    }

    private func session(
      _ checkpoint: Checkpoint, _ stages: Set<String>, _ precision: Precision = .float32,
      threads: Int = 2, branch: Branch = .online
    ) throws -> InferenceSession {
      var options = InferenceSession.Options()
      options.stages = stages
      options.precision = precision
      options.threads = threads
      options.branch = branch
      return try InferenceSession(checkpoint, options: options)
    }

    private func compare(
      _ found: [String: Features], _ stages: Set<String>, _ reference: OneDNNReference,
      within tolerance: Double, _ location: SourceLocation = #_sourceLocation
    ) throws {
      #expect(Set(found.keys) == stages, sourceLocation: location)
      for stage in stages {
        let expected = try #require(reference.stages[stage], sourceLocation: location)
        let features = try #require(found[stage], sourceLocation: location)
        #expect(features.shape == expected.shape, "\(stage)", sourceLocation: location)
        let error = relativeError(features.values.map(Double.init), expected.values)
        #expect(error < tolerance, "\(stage)", sourceLocation: location)
      }
    }

    @Test(arguments: [Contract.Block.basic, .bottleneck], [1, 2])
    func `stages are those of the definitions, in float32 and in bfloat16`(
      block: Contract.Block, version: Int
    ) throws {
      var network = OneDNNCheckpoints()
      network.block = block
      network.version = version
      let checkpoint = try network.checkpoint()
      let (batch, activation) = pictures(3, 20, 26)
      let reference = try OneDNNReference(checkpoint, activation)
      let stages = Self.vectors.union(["stem/pool", "stage0", "stage0/block1", "stage1"])
      let plain = try session(checkpoint, stages)
      try compare(plain.run(batch), stages, reference, within: 1e-5)
      #expect(plain.name == "onednn float32")
      let halves = try session(checkpoint, stages, .bfloat16)
      let rounded = try halves.run(batch)
      try compare(rounded, stages, reference, within: 0.15)
      #expect(halves.name == "onednn bfloat16")
      // It did compute in halves.
      let exact = try #require(reference.stages["embedding"]).values
      let error = relativeError(try #require(rounded["embedding"]).values.map(Double.init), exact)
      #expect(error > 1e-4)
    }

    @Test(arguments: [Contract.Padding.same, .symmetric], [(17, 23), (32, 32)])
    func `paddings are the contract's`(padding: Contract.Padding, size: (Int, Int)) throws {
      var network = OneDNNCheckpoints()
      network.padding = padding
      network.poolPadding = .symmetric
      let checkpoint = try network.checkpoint()
      let (batch, activation) = pictures(2, size.0, size.1)
      let reference = try OneDNNReference(checkpoint, activation)
      try compare(
        session(checkpoint, ["embedding"]).run(batch), ["embedding"], reference, within: 1e-5)
    }

    @Test func `the target has its own weights`() throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let (batch, activation) = pictures(2, 16, 16)
      let reference = try OneDNNReference(checkpoint, activation, branch: .target)
      let target = try session(checkpoint, ["projection"], branch: .target)
      try compare(target.run(batch), ["projection"], reference, within: 1e-5)
    }

    @Test(arguments: [1, 2, 3, 5], [1, 2, 3])
    func `a batch of any size on any threads is its pictures one by one`(
      count: Int, threads: Int
    ) throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let (batch, activation) = pictures(count, 160, 200)
      let session = try session(checkpoint, ["embedding"], threads: threads)
      let first = try session.run(batch)
      #expect(try session.run(batch) == first)
      let alone = try session.runOnThisThread(batch)
      let reference = try OneDNNEngine().run(
        ForwardRequest(input: activation, until: .embedding), on: checkpoint)
      let expected = try #require(reference.outputs[.embedding])
      for features in [first, alone] {
        let values = try #require(features["embedding"])
        #expect(values.shape == expected.shape)
        #expect(relativeError(values.values.map(Double.init), expected.values) < 1e-5)
      }
    }

    @Test func `small pictures run several at once, and the last part may be short`() throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let (batch, activation) = pictures(151, 32, 32)
      let features = try session(checkpoint, ["embedding"]).run(batch)
      let reference = try OneDNNEngine().run(
        ForwardRequest(input: activation, until: .embedding), on: checkpoint)
      let expected = try #require(reference.outputs[.embedding])
      let values = try #require(features["embedding"])
      #expect(values.shape == expected.shape)
      #expect(relativeError(values.values.map(Double.init), expected.values) < 1e-5)
    }

    @Test func `a layer inside a block comes from the traced engine`() throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let (batch, activation) = pictures(2, 16, 16)
      let reference = try OneDNNReference(checkpoint, activation)
      let stages: Set<String> = ["stage0/block0/conv1", "embedding"]
      try compare(session(checkpoint, stages).run(batch), stages, reference, within: 1e-5)
      let failure = #expect(throws: Failure.self) {
        try session(checkpoint, ["stage9"]).run(batch)
      }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.contains("no stage called stage9") == true)
    }

    @Test func `a weight that is no number stays visible`() throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let path = "online/encoder/stage1/block0/conv0/weight"
      let entries = try checkpoint.entries.map { entry in
        guard entry.path == path else { return entry }
        var values = try entry.tensor.floats()
        values[0] = .nan
        return Checkpoint.Entry(path, try Tensor(floats: values, shape: entry.tensor.shape))
      }
      let damaged = Checkpoint(entries: entries, contract: checkpoint.contract)
      let features = try session(damaged, ["embedding"]).run(pictures(2, 16, 16).0)
      #expect(features["embedding"]?.values.contains { $0.isNaN } == true)
    }

    @Test func `many threads may use a session at once`() async throws {
      let checkpoint = try OneDNNCheckpoints().checkpoint()
      let session = try session(checkpoint, ["embedding"])
      let (batch, _) = pictures(2, 32, 32)
      let expected = try session.runOnThisThread(batch)
      try await withThrowingTaskGroup(of: [String: Features].self) { group in
        for _ in 0..<8 { group.addTask { try session.runOnThisThread(batch) } }
        for try await features in group { #expect(features == expected) }
      }
    }

    @Test func `pictures of other channels are refused`() throws {
      let session = try session(OneDNNCheckpoints().checkpoint(), ["embedding"])
      let grey = Pictures(
        count: 1, height: 16, width: 16, channels: 1, values: [Float](repeating: 0, count: 256))
      #expect(throws: Failure.self) { try session.run(grey) }
    }
  }
#endif
