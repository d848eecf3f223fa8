import Glibc
import Tensors

/// What standard output and standard error are, and what the user wants of them.
public enum Terminal {
  /// A stream of the process.
  public enum Stream: Int32, Sendable {
    /// Standard output.
    case output = 1
    /// Standard error.
    case errors = 2
  }

  /// Whether a stream is a terminal that can be told where to write.
  public static func canMove(_ stream: Stream) -> Bool {
    isatty(stream.rawValue) == 1 && OwnProcess.variable("TERM") != "dumb"
  }

  /// Whether words on a stream are coloured.
  ///
  /// `NO_COLOR` (no-color.org) forbids it wherever it is set and not empty; `CLICOLOR_FORCE`, set and
  /// not 0, asks for it even in a pipe; otherwise a terminal gets colours unless `CLICOLOR` is 0
  /// (bixense.com/clicolors).
  public static func isColoured(_ stream: Stream) -> Bool {
    isColoured(canMove: canMove(stream), OwnProcess.variable)
  }

  /// The same, of a stream that is a terminal or not, in an environment.
  static func isColoured(canMove: Bool, _ variable: (String) -> String?) -> Bool {
    if let forbidden = variable("NO_COLOR"), !forbidden.isEmpty { return false }
    if let forced = variable("CLICOLOR_FORCE"), !forced.isEmpty, forced != "0" { return true }
    return canMove && variable("CLICOLOR") != "0"
  }
}
