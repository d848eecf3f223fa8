import Archives
import Checkpoints
import Graphs
import Tensors

extension Loaded {
  /// The same source with those tensors alone that a graph of the scope holds; the others count as
  /// dropped.
  ///
  /// - Throws: `Failure`, see `NetworkGraph`.
  func part(for scope: GraphScope, size: GraphInputSize) throws -> Loaded {
    var result = self
    result.checkpoint = try NetworkGraph(checkpoint, scope: scope, size: size).checkpoint
    let before = checkpoint.entries.count + checkpoint.extras.count
    let after = result.checkpoint.entries.count
    result.dropped += before - after
    if after < before {
      result.notes.append(
        "the graph of \(scope.rawValue) holds \(Numbers.counted(after, "tensor")) of the source's "
          + "\(Numbers.grouped(before)); the others are left out")
    }
    return result
  }
}

extension Conversion {
  /// The model of the output's graph, or nil where the output is none.
  ///
  /// - Throws: `Failure`, see `NetworkGraph`.
  func graphModel() throws -> OnnxModel? {
    guard let scope = destination.graph else { return nil }
    let checkpoint = try withFingerprints()
    let graph = try NetworkGraph(checkpoint, scope: scope, size: options.inputSize)
    return try graph.model(checkpoint.provenance)
  }
}
