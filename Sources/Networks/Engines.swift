import Checkpoints
import Glibc
import Tensors

/// The engines of this build; a new engine is one line in `all`.
public enum Engines {
  /// An engine that can be asked for by name.
  public struct Choice: Sendable {
    /// The name on the command line: `openblas-f64`.
    public let name: String
    private let build: @Sendable (Int) -> any Engine

    init(_ name: String, _ build: @escaping @Sendable (Int) -> any Engine) {
      self.name = name
      self.build = build
    }

    /// The engine.
    ///
    /// - Parameter threads: of a layer; nil for one a processor.
    public func engine(threads: Int? = nil) -> any Engine {
      build(max(1, threads ?? Engines.processors))
    }
  }

  /// Every engine of this build, the fastest first.
  public static let all: [Choice] =
    fastest + [
      Choice("openblas") { OpenBLASEngine(precision: .float32, threads: $0) },
      Choice("openblas-f64") { OpenBLASEngine(precision: .float64, threads: $0) },
    ]

  #if ONEDNN
    private static let fastest = [Choice("onednn") { OneDNNEngine(threads: $0) }]
  #else
    private static let fastest: [Choice] = []
  #endif

  /// The names of all engines.
  public static var names: [String] { all.map(\.name) }

  /// The engine called `name`.
  ///
  /// - Throws: `Failure` (`usage`) with the names there are.
  public static func named(_ name: String, threads: Int? = nil) throws -> any Engine {
    if let choice = all.first(where: { $0.name == name }) { return choice.engine(threads: threads) }
    throw Failure(
      .usage, "this build has no engine called \(name); it has \(names.joined(separator: ", "))")
  }

  /// The fastest engine of this build.
  public static func fast(threads: Int? = nil) -> any Engine { all[0].engine(threads: threads) }

  /// The engine of the greatest precision: the reference for the others.
  public static func exact(threads: Int? = nil) -> any Engine {
    OpenBLASEngine(precision: .float64, threads: max(1, threads ?? processors))
  }

  /// The processors of this machine that are on.
  private static let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
