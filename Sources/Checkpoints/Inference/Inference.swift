import Archives
import Tensors

/// What the tensors of a file are, found without a dialect: by shapes, order, values and names.
///
/// What is found falls into questions. Most have one answer that the file itself proves; a question
/// that it leaves open has several, and `assignments` can be asked for under each of them, so that a
/// forward pass may decide.
public struct Inference: Sendable {
  /// Something that had to be decided.
  public struct Question: Sendable, Codable, Hashable {
    /// What is asked: `which network is online`.
    public var subject: String
    /// Answers, the likeliest first.
    public var answers: [String]
    /// Which of them is taken.
    public var chosen: Int
    /// Whether the file proves it.
    public var isSure: Bool
    /// What tells.
    public var evidence: String
    /// What would settle it, where it is open.
    public var settledBy: String?

    enum CodingKeys: String, CodingKey {
      case subject, answers, chosen, evidence
      case isSure = "sure"
      case settledBy = "settled_by"
    }
  }

  /// A name of the file and the native one.
  public struct Assignment: Sendable, Codable, Hashable {
    /// The name in the file.
    public var source: String
    /// The native name.
    public var native: String
    /// The file's order of axes.
    public var axes: String?
    /// Numbers of the open questions on which the native name depends.
    public var dependsOn: [Int]

    /// Whether nothing that it depends on is open.
    public var isSure: Bool { dependsOn.isEmpty }

    enum CodingKeys: String, CodingKey {
      case source, native, axes
      case dependsOn = "depends_on"
    }
  }

  /// What was decided, and what is open.
  public var questions: [Question]
  /// Names of which nothing is known: they become extras.
  public internal(set) var unknown: [String]
  /// The order of the axes of convolutions.
  public let kernelAxes: String
  /// The network in a line.
  public let summary: String

  let reading: InferenceReading?
  /// What shapes alone tell, where there is no reading.
  private let partial: [Assignment]

  /// More tensors than this are not sorted out.
  static let largestCount = 20_000

  /// Every name with its native one, under the answers chosen.
  public var assignments: [Assignment] { reading?.assignments(questions) ?? partial }

  /// Whether every layer has a tensor, so that the networks may be run.
  public var isWhole: Bool { reading != nil }

  /// Whether no question is open.
  public var isSure: Bool { questions.allSatisfy(\.isSure) }

  /// Numbers of the questions that are open.
  public var open: [Int] { questions.indices.filter { !questions[$0].isSure } }

  /// The same with a question settled by something outside of the file.
  public func settling(_ question: Int, _ answer: Int, by evidence: String) -> Inference {
    var copy = self
    copy.questions[question].chosen = answer
    copy.questions[question].isSure = true
    copy.questions[question].settledBy = nil
    copy.questions[question].evidence = evidence
    return copy
  }

  /// The same with another answer, still open.
  public func answering(_ answers: [Int: Int]) -> Inference {
    var copy = self
    for (question, answer) in answers { copy.questions[question].chosen = answer }
    return copy
  }

  /// Looks at an archive.
  ///
  /// - Throws: `Failure` (`badInput`) where no ResNet is found in it, or where its bytes cannot be
  ///   read.
  public init(_ archive: Archive) throws {
    let leaves = LeafNames(archive.root).items
    let items = leaves.compactMap { leaf -> UnknownTensor? in
      guard case .tensor(let tensor) = leaf.leaf.value else { return nil }
      return UnknownTensor(name: leaf.name, tensor: tensor)
    }
    guard items.count <= Self.largestCount else {
      throw Failure(
        expected: "at most \(Numbers.grouped(Self.largestCount)) tensors",
        found: Numbers.grouped(items.count))
    }
    if let structure = try Self.structure(items) {
      let found = try InferenceReading(structure.structure, blockOrder: structure.blockOrder)
      reading = found
      partial = []
      questions = found.questions
      kernelAxes = structure.structure.kernelAxes
      summary = structure.structure.summary
    } else if let found = ShapesAlone(items) {
      reading = nil
      partial = found.assignments
      questions = [
        Question(
          subject: "which tensors of one shape are which", answers: ["only what has no twin"],
          chosen: 0, isSure: false,
          evidence: "the order is that of no program, and names do not give another",
          settledBy: "the file in its program's order, or names with numbers")
      ]
      kernelAxes = found.kernelAxes
      summary =
        "\(found.skeleton.summary); convolutions \(found.kernelAxes), in no order; "
        + Numbers.counted(found.count, "network")
    } else {
      throw Failure(
        .badInput, "the shapes of the convolutions are those of no ResNet, or of several")
    }
    unknown = []
    let known = Set(assignments.map(\.source))
    unknown = leaves.map(\.name).filter { !known.contains($0) }
  }

  /// The structure, by the file's order or by the numbers in names; nil where neither is a program's.
  private static func structure(
    _ items: [UnknownTensor]
  ) throws -> (structure: FileStructure, blockOrder: String?)? {
    guard items.contains(where: { $0.kind == .kernel }) else {
      throw Failure(expected: "tensors of a ResNet", found: "no tensor of four axes")
    }
    let inOrder = FileStructure.all(items)
    let keys = items.map { NaturalOrder($0.name) }
    let sorted = items.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    let byName = FileStructure.all(sorted.map { items[$0] })
    if inOrder.count > 1 || byName.count > 1 {
      throw Failure(
        expected: "one network that these tensors can be", found: "several: shapes do not tell")
    }
    if let first = inOrder.first {
      // Blocks beyond the tenth stand before the second where names are sorted as text.
      let isLong = first.skeleton.stages.contains { $0.blocks > 9 }
      guard isLong else { return (first, nil) }
      if let second = byName.first { return (second, nil) }
      return (
        first, "more than nine blocks of one shape: text order puts the tenth before the second"
      )
    }
    return byName.first.map { ($0, nil) }
  }
}

extension ResNetSkeleton {
  /// The network in a line, without what shapes do not tell.
  var summary: String {
    "ResNet of \(isBottleneck ? "bottleneck" : "basic") blocks "
      + stages.map { String($0.blocks) }.joined(separator: ", ")
      + "; channels " + stages.map { String($0.channels) }.joined(separator: ", ")
      + "; \(stem.side)x\(stem.side) stem"
  }
}

extension FileStructure {
  /// The networks in a line.
  var summary: String {
    skeleton.summary + (networks.contains { $0.version == 2 } ? ", version 2" : "")
      + "; convolutions \(kernelAxes), linear layers \(linearAxes); "
      + Numbers.counted(networks.count, "network")
  }
}
