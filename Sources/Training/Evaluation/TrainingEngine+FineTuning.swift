import Gradients

extension Evaluation {
  /// Fine-tunes with an engine that was asked for by name; see the other function.
  ///
  /// - Throws: see there.
  public func fineTuning(_ plan: FineTuning, with engine: TrainingEngine) throws
    -> EvaluationOutcome
  {
    let threads = engine.threads
    switch (engine.library, engine.precision) {
    #if ONEDNN
      case ("onednn", let precision):
        return try fineTuning(plan) {
          try OneDNNBackend(
            threads: threads, precision: precision == "bfloat16" ? .bfloat16 : .float32)
        }
    #endif
    case (_, "float64"): return try fineTuning(plan) { BLASBackend<Double>(threads: threads) }
    default: return try fineTuning(plan) { BLASBackend<Float>(threads: threads) }
    }
  }
}
