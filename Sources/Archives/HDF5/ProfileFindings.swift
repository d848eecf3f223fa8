import Synchronization

/// A place where a file breaks a rule of the strict profile.
public struct ProfileFinding: Hashable, Sendable {
  /// The rule.
  public let rule: ProfileRule
  /// The object: its path with a leading slash, or `superblock`, `file`, `unused bytes`.
  public let path: String
  /// The byte in the file, where there is one to name.
  public let offset: Int?
  /// What the rule asks for.
  public let expected: String
  /// What is there.
  public let found: String
}

/// What a reader finds that goes on behind a broken rule, and what it could not look at.
///
/// A `Subject` with such a list throws only where reading on has no sense; without one it throws at the
/// first broken rule. Safe from several threads.
final class ProfileFindings: Sendable {
  /// The most findings that are kept: a file of a million datasets may break a rule in each.
  static let limit = 100_000

  private struct State {
    var list: [ProfileFinding] = []
    var omitted = 0
    var hidesBytes = false
    var hidesDatasets = false
  }

  private let state = Mutex(State())

  /// Adds a finding.
  func add(_ finding: ProfileFinding) {
    state.withLock { state in
      if state.list.count < Self.limit {
        state.list.append(finding)
      } else {
        state.omitted += 1
      }
    }
  }

  /// Notes that parts of the file exist which were not seen: a header that cannot be read, say.
  func hide(bytes: Bool = true, datasets: Bool = true) {
    state.withLock { state in
      state.hidesBytes = state.hidesBytes || bytes
      state.hidesDatasets = state.hidesDatasets || datasets
    }
  }

  /// The findings, in the order in which they were made.
  var list: [ProfileFinding] { state.withLock { $0.list } }
  /// Findings beyond the limit.
  var omitted: Int { state.withLock { $0.omitted } }
  /// Whether a part of the file belongs to an object that was not seen.
  var hidesBytes: Bool { state.withLock { $0.hidesBytes } }
  /// Whether there may be datasets that were not seen, or not wholly.
  var hidesDatasets: Bool { state.withLock { $0.hidesDatasets } }
}

/// Thrown, and caught by `Subject.attempt`, where a recorded finding makes reading on senseless.
struct ProfileStop: Error {}
