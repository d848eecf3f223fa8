/// Something about a checkpoint that its owner should know, and what can be done about it.
public struct Finding: Codable, Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Codable, CaseIterable, Sendable, Comparable {
    /// The network does not work: numbers that are none, collapse.
    case error
    /// Something is very likely wrong, but the network may work.
    case warning
    /// What explains itself, and is worth knowing.
    case note

    /// Orders the worst first.
    public static func < (left: Severity, right: Severity) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  /// What it is; the raw value is the word in reports.
  public enum Code: String, Codable, CaseIterable, Sendable {
    /// NaN or infinity among weights or optimiser state.
    case notFinite = "not-finite"
    /// A weight of which every number is the same.
    case constantWeight = "constant-weight"
    /// Output channels whose weights are all zero.
    case deadChannels = "dead-channels"
    /// Batch norm that multiplies channels with zero.
    case zeroScale = "zero-scale"
    /// Channels that the following ReLU always makes zero.
    case deadReLU = "dead-relu"
    /// A running variance below zero.
    case negativeVariance = "negative-variance"
    /// A running variance of zero: the channel is the same for every picture.
    case zeroVariance = "zero-variance"
    /// Running statistics as they are before the first batch.
    case statisticsNeverUpdated = "statistics-never-updated"
    /// Optimiser state that is zero after steps were made.
    case zeroMomentum = "zero-momentum"
    /// Parameters without optimiser state beside others that have some.
    case frozenParameter = "frozen-parameter"
    /// The target has exactly the online network's weights.
    case targetEqualsOnline = "target-equals-online"
    /// The target is farther from the online network than a moving average can be.
    case targetNotFollowing = "target-not-following"
    /// All pictures have the same features, or features of one direction.
    case collapse
    /// Features that are no finite numbers.
    case featuresNotFinite = "features-not-finite"
    /// Channels of a block that are zero for every picture.
    case deadUnits = "dead-units"
  }

  /// How bad it is.
  public var severity: Severity
  /// What it is.
  public var code: Code
  /// What it is about: a role, a layer, an output.
  public var place: String
  /// What was found, in a sentence.
  public var message: String
  /// What to do, in a sentence.
  public var advice: String

  /// A finding.
  public init(
    _ severity: Severity, _ code: Code, _ place: String, _ message: String, advice: String
  ) {
    self.severity = severity
    self.code = code
    self.place = place
    self.message = message
    self.advice = advice
  }
}

extension [String] {
  /// The first few, and how many more there are: `a, b, c and 4 more`.
  func enumerated(most: Int = 3) -> String {
    let first = prefix(most).joined(separator: ", ")
    return count > most ? "\(first) and \(count - most) more" : first
  }
}
