import Tensors

extension Evaluation {
  /// Linear evaluation by logistic regression: each penalty is tried on the validation pictures, and the
  /// best is fitted again to training and validation pictures together.
  ///
  /// Of penalties that do equally well the greatest is taken.
  ///
  /// - Throws: `Failure` (`usage`) where a penalty is none; what embedding throws.
  public func linear(_ regression: LogisticRegression) throws -> EvaluationOutcome {
    let (training, test) = try embeddings()
    guard !regression.penalties.isEmpty, regression.penalties.allSatisfy({ $0 >= 0 && $0.isFinite })
    else { throw Failure(.usage, "an L2 penalty is a finite number, 0 or more") }
    var report = report("linear (L-BFGS)")
    var chosen: (penalty: Double, accuracy: Double, minimum: LBFGS.Minimum?) = (
      regression.penalties[0], -1, nil
    )
    if regression.penalties.count > 1 {
      let split = Splits.validation(training.labels, share: validationShare, seed: seed)
      let validation = training[split.validation]
      report.validationPictures = validation.count
      try regression.sweep(training[split.training], classes: classes) { penalty, fit in
        let accuracy = Accuracy(
          of: fit.head.logits(of: validation.embeddings), labels: validation.labels)
        report.sweep.append(
          .init([.init("penalty", penalty)], accuracy, converged: fit.minimum.hasConverged))
        if accuracy.top1 > chosen.accuracy { chosen = (penalty, accuracy.top1, fit.minimum) }
        progress("trying penalties", report.sweep.count, regression.penalties.count)
      }
    }
    progress("fitting", 0, 1)
    let fit = try regression.fit(
      training, classes: classes, penalty: chosen.penalty, from: chosen.minimum)
    report.settings = [
      .init("penalty", chosen.penalty), .init("search", "L-BFGS, float64"),
      .init("iterations", fit.minimum.iterations), .init("largest gradient", fit.minimum.gradient),
      .init("loss", fit.minimum.value), .init("augmentation", "none"),
    ]
    if !fit.minimum.hasConverged {
      report.notes.append(
        "L-BFGS stopped after \(fit.minimum.iterations) iterations short of its tolerance "
          + "\(Numbers.error(regression.search.tolerance))")
    }
    report.accuracy = Accuracy(of: fit.head.logits(of: test.embeddings), labels: test.labels)
    return EvaluationOutcome(report: report, head: fit.head, checkpoint: checkpoint)
  }
}
