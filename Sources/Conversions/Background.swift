import Dispatch
import Tensors

/// Work on another thread, whose result or failure is waited for.
final class Background<Value: Sendable>: @unchecked Sendable {
  private let group = DispatchGroup()
  private var result: Result<Value, any Error>?

  /// Starts the work; does it at once where there is no room for a thread.
  init(_ work: @escaping @Sendable () throws -> Value) {
    guard AddressSpace.hasRoom(for: 2 * AddressSpace.threadByteCount) else {
      result = Result { try work() }
      return
    }
    DispatchQueue.global().async(group: group) { self.result = Result { try work() } }
  }

  /// Waits, and gives the result.
  func value() throws -> Value {
    group.wait()
    guard let result else { throw Failure(.inputOutput, "a thread ended without a result") }
    return try result.get()
  }
}
