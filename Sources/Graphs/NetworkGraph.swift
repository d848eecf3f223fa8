import Archives
import Checkpoints
import Tensors

/// The networks of a checkpoint as an ONNX graph, which computes the same function anywhere.
///
/// The graph takes `images` and gives `embedding`, and as far as its scope has them `logits`,
/// `projection` and `prediction`; the number of images is free. Everything that the contract says is
/// in the operators: the sides of each padding, the place of each stride, eps, normalisation of the
/// input where the networks contain it. The weights are the checkpoint's, bit for bit, under their
/// native names, and the contract goes along as metadata, so that the file is a checkpoint too.
public struct NetworkGraph: Sendable {
  /// The operators and weights.
  public let graph: OnnxGraph
  /// The part of the checkpoint that the graph holds.
  public let checkpoint: Checkpoint

  /// The graph of a branch of a checkpoint.
  ///
  /// - Throws: `Failure` (`badInput`) where a tensor is missing or does not fit; (`usage`) where the
  ///   checkpoint has no network of that scope, or images of the contract's size are too small.
  public init(
    _ whole: Checkpoint, branch: Branch = .online, scope: GraphScope,
    size: GraphInputSize = .contract
  ) throws {
    var builder = GraphBuilder(
      whole, branch: branch, name: "\(branch.rawValue)-\(scope.rawValue.dropFirst(5))")
    try builder.checkContract()
    let images = try builder.takeImages(size)
    let embedding = try builder.encode(images)
    builder.give(embedding)
    if scope == .online, builder.has("\(builder.branch)/heads/classifier/weight") {
      builder.give(
        try builder.linear(embedding, "\(builder.branch)/heads/classifier", as: "logits"))
    }
    if scope != .encoder {
      let mlp = whole.contract.mlp
      try builder.need("projector", for: scope)
      let projection = try builder.perceive(
        embedding, "projector", sizes: mlp.projector, biases: mlp.projectorBiases,
        as: "projection")
      builder.give(projection)
      if scope == .online {
        try builder.need("predictor", for: scope)
        builder.give(
          try builder.perceive(
            projection, "predictor", sizes: mlp.predictor, biases: mlp.predictorBiases,
            as: "prediction"))
      }
    }
    graph = builder.graph
    checkpoint = whole.only(Set(graph.initializers.map(\.name)))
  }

  /// The file's content: the graph, and contract, recipe and provenance as metadata.
  ///
  /// - Parameter provenance: of the checkpoint, with the fingerprints of what the graph holds.
  /// - Throws: `Failure` where a document has no JSON form.
  public func model(_ provenance: Provenance) throws -> OnnxModel {
    var checkpoint = checkpoint
    checkpoint.provenance = provenance
    let name = NativeNames.createdBy.split(separator: " ").map(String.init)
    var model = OnnxModel(
      graph: graph, producer: (name.first ?? "", name.dropFirst().joined(separator: " ")))
    model.metadata = [
      ("format", NativeLayout.format),
      ("format_version", provenance.formatVersion.map(String.init).joined(separator: ".")),
      ("created_by", NativeNames.createdBy),
      ("roles", checkpoint.roles.map(\.rawValue).joined(separator: ",")),
      ("fingerprint", provenance.fingerprints["all"] ?? ""),
    ]
    // What a probe of the source said, it said of networks that may not all be here.
    model.metadata += try checkpoint.documents().filter { $0.path != "verification" }.map {
      (OnnxModel.key(ofDocument: $0.path), String(decoding: $0.json, as: UTF8.self))
    }
    return model
  }
}

extension GraphBuilder {
  /// Makes a value an output, under its own name.
  mutating func give(_ value: Value) {
    graph.outputs.append(
      OnnxValue(value.name, .float32, shape: [.symbol("batch"), .fixed(value.channels)]))
  }

  /// Refuses a scope that the checkpoint does not have.
  ///
  /// - Throws: `Failure` (`usage`).
  func need(_ head: String, for scope: GraphScope) throws {
    guard has("\(branch)/\(head)/linear0/weight") else {
      throw Failure(
        .usage,
        "--to \(scope.rawValue) needs a \(head), and the checkpoint has none; "
          + "--to \(GraphScope.encoder.rawValue) does without")
    }
  }
}
