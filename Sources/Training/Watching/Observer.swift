import Tensors

/// Something that shows or keeps what a run reports, step by step, on the thread that trains.
public protocol Observer: AnyObject {
  /// Takes a step in.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  func observe(_ sample: Sample) throws
  /// Ends: what is held back is written, what is shown for the moment is removed.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  func finish() throws
}

/// All observers of a run.
///
/// Training is worth more than its curves: an observer that fails (a full disk) is named in one
/// sentence and no longer asked, and the run goes on.
public final class Observers {
  private var observers: [any Observer]
  private let warn: (String) -> Void

  /// Observers, asked in this order; `warn` is given a sentence about each that fails.
  public init(_ observers: [any Observer], warn: @escaping (String) -> Void) {
    self.observers = observers
    self.warn = warn
  }

  /// Shows a step to all.
  public func observe(_ sample: Sample) {
    ask { try $0.observe(sample) }
  }

  /// Ends all; a second call does nothing.
  public func finish() {
    ask { try $0.finish() }
    observers = []
  }

  private func ask(_ body: (any Observer) throws -> Void) {
    var failed: [any Observer] = []
    for observer in observers {
      do {
        try body(observer)
      } catch {
        warn("\(error); the run goes on without it")
        failed.append(observer)
      }
    }
    guard !failed.isEmpty else { return }
    observers.removeAll { one in failed.contains { $0 === one } }
  }
}
