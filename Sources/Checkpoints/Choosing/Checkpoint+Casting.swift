import Archives
import Synchronization
import Tensors

extension Checkpoint {
  /// The checkpoint with numbers of other types, each rounded once to the nearest, and what that did to
  /// them; the outputs are for an engine to measure.
  ///
  /// - Parameter threads: that read the tensors.
  /// - Throws: `Failure` (`usage`) where a finite number would become infinite, naming its tensor;
  ///   (`badInput`, `inputOutput`) where a tensor cannot be read.
  public func cast(_ plan: CastPlan, threads: Int) throws -> (Checkpoint, CastRecord) {
    let chosen = entries.compactMap { entry in plan.type(of: entry).map { (entry, $0) } }
    let losses = Mutex([String: CastLoss]())
    try forEachConcurrently(chosen, threads: threads, weight: \.0.tensor.byteCount) { entry, type in
      let loss = try entry.tensor.castLoss(to: type)
      losses.withLock { $0[entry.path] = loss }
    }
    let found = losses.withLock { $0 }
    var record = CastRecord(types: plan.types)
    for (entry, type) in chosen {
      guard let loss = found[entry.path] else { continue }
      if let largest = loss.largest { throw Self.overflow(largest, loss, entry.path, type) }
      record.tensors += 1
      record.changed += loss.changed
      record.zeros += loss.zeros
    }
    var result = Checkpoint(
      entries: try entries.map { entry in
        try plan.type(of: entry).map { Entry(entry.path, try entry.tensor.cast(to: $0)) } ?? entry
      }, contract: contract, recipe: recipe, provenance: provenance, extras: extras)
    result.verification = verification
    let types = Dictionary(chosen.map { ($0.path, $1) }) { first, _ in first }
    result.tree = tree?.mapLeaves { leaf in
      guard let type = leaf.path.flatMap({ types[$0] }) else { return leaf }
      var leaf = leaf
      leaf.dtype = type
      leaf.sha256 = nil
      return leaf
    }
    return (result, record)
  }

  private static func overflow(
    _ value: Double, _ loss: CastLoss, _ path: String, _ type: ElementType
  ) -> Failure {
    let wider = type == .float16 ? "; bf16 has the range of float32" : ""
    return Failure(
      .usage, place: path,
      "\(type.rawValue) cannot hold \(Numbers.counted(loss.overflows, "number")) of this tensor, such "
        + "as \(value)\(wider)")
  }
}
