import Synchronization
import Tensors

/// Names that the user wants left out: `target_*`, `optimizer/*`; `*` stands for any characters.
///
/// A pattern that matches nothing is a mistake, and is reported as one.
public final class NamePatterns: Sendable {
  /// The patterns, as the user wrote them.
  public let patterns: [String]
  private let used: Mutex<Set<String>>

  /// Patterns of names; none by default.
  public init(_ patterns: [String] = []) {
    self.patterns = patterns
    used = Mutex([])
  }

  /// Whether nothing is left out.
  public var isEmpty: Bool { patterns.isEmpty }

  /// Whether a pattern describes the name.
  public func matches(_ name: String) -> Bool {
    guard !patterns.isEmpty else { return false }
    var found = false
    for pattern in patterns where Self.match(Array(name.utf8)[...], Array(pattern.utf8)[...]) {
      found = true
      used.withLock { _ = $0.insert(pattern) }
    }
    return found
  }

  /// Refuses a pattern that has matched nothing.
  ///
  /// - Throws: `Failure` (`usage`).
  public func checkUsed() throws {
    let used = used.withLock { $0 }
    if let idle = patterns.first(where: { !used.contains($0) }) {
      throw Failure(.usage, "--drop '\(idle)' matches no name")
    }
  }

  /// Greedy matching with one point to fall back to: linear for one `*`, never exponential.
  private static func match(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    var (n, p) = (name.startIndex, pattern.startIndex)
    var fallback: (name: Int, pattern: Int)?
    while n < name.endIndex {
      if p < pattern.endIndex, pattern[p] == star {
        fallback = (n, p)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == name[n] {
        n += 1
        p += 1
      } else if let last = fallback {
        fallback = (last.name + 1, last.pattern)
        n = last.name + 1
        p = last.pattern + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }
}
