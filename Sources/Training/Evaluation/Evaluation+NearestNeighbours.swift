import Tensors

extension Evaluation {
  /// Classifies by the nearest training pictures.
  ///
  /// - Parameters:
  ///   - counts: numbers of neighbours; the first, with weighted votes, is the result, the others are
  ///     printed beside it.
  ///   - temperature: of weighted votes.
  /// - Throws: `Failure` (`usage`) where a number is no number of neighbours; what embedding throws.
  public func nearestNeighbours(counts: [Int] = [20], temperature: Double = 0.07) throws
    -> EvaluationOutcome
  {
    let (training, test) = try embeddings()
    guard let first = counts.first, counts.allSatisfy({ $0 >= 1 }) else {
      throw Failure(.usage, "nearest neighbours are 1 or more")
    }
    guard temperature > 0, temperature.isFinite else {
      throw Failure(.usage, "the votes' temperature is a positive number, not \(temperature)")
    }
    let classifier = NearestNeighbours(
      training.embeddings, labels: training.labels, classes: classes)
    progress("looking for neighbours", 0, test.count)
    let near = classifier.neighbours(of: test.embeddings, count: counts.reduce(first, max))
    var report = report("nearest neighbours")
    for count in counts {
      for vote in NearestNeighbours.Vote.allCases {
        let votes = classifier.votes(of: near, k: count, vote: vote, temperature: temperature)
        let accuracy = Accuracy(of: votes, labels: test.labels)
        let settings: [EvaluationReport.Setting] =
          [.init("k", count), .init("votes", vote.rawValue)]
          + (vote == .weighted ? [.init("temperature", temperature)] : [])
        if count == first, vote == .weighted {
          report.accuracy = accuracy
          report.settings = settings + [.init("distance", "cosine")]
        } else {
          report.others.append(.init(settings, accuracy))
        }
      }
    }
    if let most = counts.max(), most > training.count {
      report.notes.append("there are only \(training.count) training pictures to be neighbours")
    }
    return EvaluationOutcome(report: report, head: nil, checkpoint: checkpoint)
  }
}
