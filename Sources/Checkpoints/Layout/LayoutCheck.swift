import Archives
import Tensors

/// Every rule of the native layout that a file breaks, for programs that write such files; its JSON form
/// is what `byol-verify --layout --json` prints (`schemas/layout-report.schema.json`).
public struct LayoutCheck: Codable, Sendable {
  /// A place where the file breaks a rule.
  public struct Finding: Codable, Hashable, Sendable {
    /// The rule's number in `docs/format.md`.
    public var rule: String
    /// The object: its path with a leading slash, or a part of the file.
    public var place: String
    /// The byte in the file, where there is one to name.
    public var offset: Int?
    /// What the rule asks for.
    public var expected: String
    /// What is there.
    public var found: String
  }

  /// Rules that could not be checked, and why.
  public struct Unchecked: Codable, Hashable, Sendable {
    /// Their numbers.
    public var rules: [String]
    /// The reason, in a sentence.
    public var reason: String
  }

  /// The file, as the user named it.
  public var path: String
  /// Its size in bytes.
  public var size: Int
  /// Whether every rule was checked and is kept.
  public var valid: Bool
  /// What breaks a rule, in the order of `docs/format.md`.
  public var findings: [Finding]
  /// Findings beyond the most that are kept.
  public var omitted: Int
  /// The sentence of each rule that is broken, by its number.
  public var rules: [String: String]
  /// What could not be checked.
  public var unchecked: [Unchecked]
  /// How many rules there are.
  public var ruleCount: Int

  enum CodingKeys: String, CodingKey {
    case path, size, valid, findings, omitted, rules, unchecked
    case ruleCount = "rule_count"
  }

  /// Checks a file from its first byte to its last.
  ///
  /// - Parameters:
  ///   - threads: that hash.
  ///   - progress: called with the number of bytes hashed so far, one call at a time.
  /// - Throws: `Failure` (`badInput`) where it is no HDF5 at all; (`inputOutput`) where it cannot be read.
  public init(
    _ path: String, threads: Int = 2, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let file = try MappedFile(path)
    guard try ProfileCheck.isHDF5(file) else {
      throw Failure(file: path, expected: "an HDF5 file", found: "no HDF5 signature in it")
    }
    let profile = try ProfileCheck(file, threads: threads, progress: progress)
    self.path = path
    size = file.count
    findings = profile.findings.map { finding in
      Finding(
        rule: finding.rule.rawValue, place: finding.path, offset: finding.offset,
        expected: finding.expected, found: finding.found)
    }
    omitted = profile.omitted
    unchecked = profile.unchecked.map {
      Unchecked(rules: $0.rules.map(\.rawValue), reason: $0.reason)
    }
    let content = try LayoutContent(profile)
    findings += content.findings
    if !content.unchecked.isEmpty {
      unchecked.append(
        Unchecked(
          rules: content.unchecked.map(\.rawValue),
          reason: "what they are about could not be read, or not wholly"))
    }
    valid = findings.isEmpty && unchecked.isEmpty
    ruleCount = ProfileRule.allCases.count + LayoutRule.allCases.count
    let broken = Set(findings.map(\.rule))
    rules = Dictionary(
      uniqueKeysWithValues: (ProfileRule.allCases.map { ($0.rawValue, $0.sentence) }
        + LayoutRule.allCases.map { ($0.rawValue, $0.sentence) }).filter { broken.contains($0.0) })
  }
}
