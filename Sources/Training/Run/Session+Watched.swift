import Archives

extension Session {
  /// Refuses a page or a file of metrics that would take the place of a checkpoint, or of the other.
  ///
  /// - Throws: `Failure` (`usage`).
  public func checkWatched(page: String?, metrics: String?) throws {
    let checkpoints = [report.output, report.checkpoint].compactMap { $0 }
    if let metrics { try AtomicFile.check(metrics, isNoneOf: checkpoints) }
    if let page {
      try AtomicFile.check(page, isNoneOf: checkpoints + [metrics].compactMap { $0 })
    }
  }
}
