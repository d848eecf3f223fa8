import Tensors

/// The answers that a file's structure, values and names give to the questions of an inference.
struct InferenceReading: Sendable {
  /// What a copy of the network is.
  enum Copy: Hashable {
    /// Weights; the number of the network among those that differ.
    case weights(Int)
    /// A slot of the optimiser: `momentum`.
    case slot(String)
    /// Not understood.
    case unknown
  }

  let structure: FileStructure
  var copies: [Copy] = []
  /// The network that a loose part belongs to, or nil where it is the online one's.
  var owners: [Owner] = []
  var questions: [Inference.Question] = []
  /// Labels of weights' batch norms, by answer.
  var labels: [[NormLabels.Label]] = []
  /// Labels of statistics that stand apart, by answer.
  var stateLabels: [[NormLabels.Label]] = []
  /// For each answer, the network of each list of statistics.
  var stateOwners: [[Int]] = [[]]
  /// The number of the question about each matter, where there is one.
  var numbers: [Matter: Int] = [:]
  /// The number of different networks.
  var networkCount = 0

  /// What questions are about.
  enum Matter: Hashable {
    case online, labels, stateLabels, states, blocks, twins
  }

  /// Whose a loose part is.
  enum Owner: Hashable {
    case network(Int)
    case online
    case nobody
  }

  init(_ structure: FileStructure, blockOrder: String?) throws {
    self.structure = structure
    try sortCopies()
    sortLoose()
    if let blockOrder {
      ask(
        .blocks, "the order of blocks", ["that of the file"], isSure: false, blockOrder,
        "names with numbers")
    }
    if structure.hasTwins {
      ask(
        .twins, "which perceptron is the projector", ["the first", "the second"], isSure: false,
        "projector and predictor have the same sizes", "a reference (--expect)")
    }
    try decideLabels()
    try decideStates()
    decideOnline()
  }

  mutating func ask(
    _ matter: Matter, _ subject: String, _ answers: [String], isSure: Bool, _ evidence: String,
    _ settledBy: String
  ) {
    numbers[matter] = questions.count
    questions.append(
      Inference.Question(
        subject: subject, answers: answers, chosen: 0, isSure: isSure, evidence: evidence,
        settledBy: isSure ? nil : settledBy))
  }

  var items: [UnknownTensor] { structure.items }
}
