import Archives
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Graphs

@Suite struct NetworkGraphTests {
  private func sample() throws -> Checkpoint {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
  }

  /// The sample with tensors changed, or left out where `change` gives nil.
  private func variant(_ change: (String, Tensor) throws -> Tensor?) throws -> Checkpoint {
    let sample = try sample()
    return Checkpoint(
      entries: try sample.entries.compactMap { entry in
        try change(entry.path, entry.tensor).map { Checkpoint.Entry(entry.path, $0) }
      }, contract: sample.contract, recipe: sample.recipe, provenance: sample.provenance)
  }

  private func failure(
    _ checkpoint: Checkpoint, _ scope: GraphScope = .online,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Failure {
    try #require(
      #expect(throws: Failure.self, sourceLocation: sourceLocation) {
        try NetworkGraph(checkpoint, scope: scope)
      }, sourceLocation: sourceLocation)
  }

  private func bytes(_ graph: NetworkGraph) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let file = try AtomicFile(folder.path("graph.onnx"), AtomicFile.Options(sync: false))
    try graph.model(graph.checkpoint.provenance).write(to: file.output)
    try file.commit()
    return try MappedFile(folder.path("graph.onnx")).withBytes { Array($0) }
  }

  @Test(arguments: GraphScope.allCases)
  func `the weights are the checkpoint's under their native names, each used`(
    _ scope: GraphScope
  ) throws {
    let sample = try sample()
    let graph = try NetworkGraph(sample, scope: scope)
    var roles: [Role] = [.onlineEncoder]
    if scope != .encoder { roles.append(.onlineProjector) }
    if scope == .online { roles += [.onlinePredictor, .onlineHeads] }
    let expected = sample.entries.filter { roles.contains(Role(of: $0.path)) }
    #expect(graph.graph.initializers.map(\.name).sorted() == expected.map(\.path))
    #expect(graph.checkpoint.entries.map(\.path) == expected.map(\.path))
    for initializer in graph.graph.initializers {
      #expect(try sample.tensor(initializer.name).hasSameBits(as: initializer.tensor))
    }
    let taken = Set(graph.graph.nodes.flatMap(\.inputs))
    #expect(graph.graph.initializers.allSatisfy { taken.contains($0.name) })
  }

  @Test(arguments: GraphScope.allCases)
  func `nodes take what is there, and give each name once`(_ scope: GraphScope) throws {
    let graph = try NetworkGraph(sample(), scope: scope).graph
    var known = Set(graph.initializers.map(\.name) + graph.inputs.map(\.name))
    for node in graph.nodes {
      #expect(known.isSuperset(of: node.inputs), "\(node.name)")
      for output in node.outputs { #expect(known.insert(output).inserted, "\(output)") }
    }
    let outputs: [GraphScope: [String]] = [
      .encoder: ["embedding"], .projection: ["embedding", "projection"],
      .online: ["embedding", "logits", "projection", "prediction"],
    ]
    #expect(graph.outputs.map(\.name) == outputs[scope])
    #expect(known.isSuperset(of: graph.outputs.map(\.name)))
  }

  @Test func `strides sit where the contract says, and eps is its eps`() throws {
    var sample = try sample()
    sample.contract.batchNorm.eps = 0.25
    for place in 0...2 {
      sample.contract.encoder.strideAt = place
      let nodes = try NetworkGraph(sample, scope: .encoder).graph.nodes
      let strides = (0...2).map { layer -> [Int]? in
        let node = nodes.first { $0.name == "stage1/block0/conv\(layer)" }
        guard
          case .integers(let numbers)? = node?.attributes.first(where: { $0.name == "strides" })?
            .value
        else { return nil }
        return numbers
      }
      #expect(strides == (0...2).map { $0 == place ? [2, 2] : [1, 1] })
      let norms = nodes.filter { $0.operation == "BatchNormalization" }
      #expect(norms.count > 10)
      for norm in norms {
        guard case .real(0.25)? = norm.attributes.first?.value else {
          Issue.record("\(norm.name) has another eps")
          continue
        }
      }
    }
  }

  @Test func `the target branch has its own weights`() throws {
    let graph = try NetworkGraph(sample(), branch: .target, scope: .projection)
    #expect(graph.checkpoint.roles == [.targetEncoder, .targetProjector])
  }

  @Test func `images have the contract's size, or any`() throws {
    var sample = try sample()
    sample.contract.input.size = 37
    let fixed = try NetworkGraph(sample, scope: .encoder).graph.inputs[0]
    #expect(fixed.shape == [.symbol("batch"), .fixed(3), .fixed(37), .fixed(37)])
    #expect(fixed.description.contains("RGB") && fixed.description.contains("the graph normalises"))
    let any = try NetworkGraph(sample, scope: .encoder, size: .any).graph.inputs[0]
    #expect(any.shape == [.symbol("batch"), .fixed(3), .symbol("height"), .symbol("width")])
  }

  @Test func `normalisation is in the graph where the networks contain it, and only there`() throws
  {
    var sample = try sample()
    #expect(
      try NetworkGraph(sample, scope: .encoder).graph.nodes.contains { $0.operation == "Sub" })
    sample.contract.input.normalised = "data"
    let graph = try NetworkGraph(sample, scope: .encoder).graph
    #expect(!graph.nodes.contains { ["Sub", "Div", "Constant"].contains($0.operation) })
    #expect(graph.inputs[0].description.contains("minus [0.485, 0.456, 0.406]"))
    sample.contract.input.normalised = "network"
    sample.contract.input.mean = [0.5]
    #expect(try failure(sample).description.contains("input.mean"))
  }

  @Test func `what the graph holds is a checkpoint when it is read again`() throws {
    let graph = try NetworkGraph(sample(), scope: .projection)
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("graph.onnx")
    let file = try AtomicFile(path, AtomicFile.Options(sync: false))
    try graph.model(graph.checkpoint.provenance).write(to: file.output)
    try file.commit()
    let loaded = try Loaded(path)
    #expect(loaded.dialect == nil && loaded.archive.format == "onnx" && loaded.notes.isEmpty)
    let again = loaded.checkpoint
    #expect(again.contract == graph.checkpoint.contract)
    #expect(again.recipe == graph.checkpoint.recipe)
    #expect(again.provenance == graph.checkpoint.provenance)
    #expect(try Fingerprints(of: again) == Fingerprints(of: graph.checkpoint))
    let keys = loaded.archive.attributes.map(\.key.description)
    #expect(keys == ["format", "format_version", "created_by", "roles", "fingerprint"])
    // And what it has no tensors of, its contract does not speak of.
    #expect(again.contract.mlp.predictor.isEmpty && !again.contract.mlp.projector.isEmpty)
    // The graph of the graph is the graph.
    #expect(try bytes(NetworkGraph(again, scope: .projection)) == bytes(graph))
  }

  @Test func `counts add up when tensors are left out`() throws {
    let before = try #require(sample().provenance.counts)
    let part = try NetworkGraph(sample(), scope: .encoder).checkpoint
    let counts = try #require(part.provenance.counts)
    #expect(counts.source == before.source && counts.extras == 0)
    #expect(counts.used + counts.aliases + counts.dropped == counts.source)
    #expect(counts.dropped == (try sample().entries.count) - part.entries.count)
  }

  @Test func `half weights keep their bits and are cast by the graph`() throws {
    let halves = try variant { path, tensor in
      guard path.hasSuffix("conv/weight") else { return tensor }
      let bits = try tensor.floats().flatMap { value in
        withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { Array($0) }
      }
      return try Tensor(.float16, shape: tensor.shape, bytes: bits)
    }
    let graph = try NetworkGraph(halves, scope: .encoder).graph
    let casts = graph.nodes.filter { $0.operation == "Cast" }
    #expect(
      casts.count
        == halves.entries.count {
          $0.path.hasPrefix("online/encoder") && $0.tensor.elementType == .float16
        })
    #expect(casts.contains { $0.inputs == ["online/encoder/stem/conv/weight"] })
    let stem = try #require(graph.nodes.first { $0.operation == "Conv" })
    #expect(stem.inputs[1] == "online/encoder/stem/conv/weight/float32")
  }

  @Test func `a hole, a wrong shape and a wrong type are refused by name`() throws {
    let name = "online/encoder/stage1/block0/conv1/weight"
    let hole = try variant { path, tensor in path == name ? nil : tensor }
    #expect(try failure(hole).description.contains(name))
    let turned = try variant { path, tensor in
      path == name ? tensor.permuted([1, 0, 2, 3]).permuted([1, 2, 0, 3]) : tensor
    }
    #expect(try failure(turned).description.contains(name))
    let whole = try variant { path, tensor in
      path == name
        ? try Tensor(
          .int8, shape: tensor.shape, bytes: [UInt8](repeating: 0, count: tensor.count)) : tensor
    }
    #expect(try failure(whole).description.contains("int8"))
  }

  @Test func `a scope that the checkpoint does not have is a usage error`() throws {
    let headless = try variant { path, tensor in path.contains("/predictor/") ? nil : tensor }
    #expect(try failure(headless).kind == .usage)
    #expect(throws: Never.self) { try NetworkGraph(headless, scope: .projection) }
    let simplicial = try sample()
    let sem = Checkpoint(
      entries: simplicial.entries + [
        .init("online/projector/sem/linear/weight", try Tensor(floats: [0], shape: [1, 1]))
      ], contract: simplicial.contract)
    #expect(try failure(sem).description.contains("simplicial"))
    #expect(throws: Never.self) { try NetworkGraph(sem, scope: .encoder) }
    var audio = try sample()
    audio.contract.encoder.family = "audio-ntt"
    #expect(try failure(audio).kind == .usage)
  }

  @Test func `a contract that its tensors contradict is refused`() throws {
    var sample = try sample()
    sample.contract.mlp.projector = [64, 7, 16]
    #expect(try failure(sample).description.contains("online/projector/linear0"))
    sample = try self.sample()
    sample.contract.mlp.projectorBiases = [false, false]
    #expect(try failure(sample).description.contains("no bias"))
    sample = try self.sample()
    sample.contract.encoder.strideAt = 3
    #expect(try failure(sample).description.contains("stride at"))
    sample = try self.sample()
    sample.contract.encoder.strides = []
    #expect(try failure(sample).description.contains("strides"))
    sample = try self.sample()
    sample.contract.encoder.padding = .symmetric
    sample.contract.encoder.poolPadding = .symmetric
    sample.contract.encoder.stem.pad = 0
    sample.contract.input.size = 6
    #expect(try failure(sample).description.contains("input.size"))
  }
}
