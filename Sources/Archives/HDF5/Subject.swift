import Tensors

/// The object that a check is about, for its error.
struct Subject: Sendable {
  /// The file, as the user named it.
  let file: String
  /// The object's path with a leading slash, or what else the check is about.
  let path: String
  /// Where broken rules are listed by a reader that goes on; nil where the first one is thrown.
  let findings: ProfileFindings?

  init(file: String, path: String, findings: ProfileFindings? = nil) {
    self.file = file
    self.path = path
    self.findings = findings
  }

  /// Whether all broken rules are wanted.
  var goesOn: Bool { findings != nil }

  /// The failure of a file that breaks `rule` at byte `offset`, which is listed too.
  func failure(
    _ rule: ProfileRule, at offset: Int? = nil, expected: String, found: String
  ) -> Failure {
    findings?.add(
      ProfileFinding(rule: rule, path: path, offset: offset, expected: expected, found: found))
    let place = offset.map { "\(path) at byte \($0)" } ?? path
    return Failure(
      .badInput, file: file, place: place,
      "expected \(expected), found \(found) (rule \(rule.rawValue) of the native layout)")
  }

  /// Checks that `condition` holds.
  ///
  /// - Parameter goingOn: whether what comes behind can be read all the same; a reader that lists its
  ///   findings then does so.
  /// - Throws: `Failure` (`badInput`) that names the rule.
  func require(
    _ condition: Bool, _ rule: ProfileRule, at offset: Int? = nil, goingOn: Bool = false,
    expected: @autoclosure () -> String, found: @autoclosure () -> String
  ) throws {
    guard !condition else { return }
    let failure = failure(rule, at: offset, expected: expected(), found: found())
    guard goesOn, goingOn else { throw failure }
  }

  /// The result of `body`; nil where it failed and the reader goes on, since the reason is listed.
  ///
  /// - Parameters:
  ///   - hidesBytes: whether a failure leaves parts of the file that belong to nobody known.
  ///   - hidesDatasets: whether it leaves datasets that nobody has seen wholly.
  func attempt<Result>(
    hidesBytes: Bool = false, hidesDatasets: Bool = false, _ body: () throws -> Result
  ) throws -> Result? {
    guard let findings else { return try body() }
    do {
      return try body()
    } catch is Failure, is ProfileStop {
      findings.hide(bytes: hidesBytes, datasets: hidesDatasets)
      return nil
    }
  }
}
