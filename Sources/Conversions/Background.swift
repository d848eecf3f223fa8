import Archives
import Dispatch
import Tensors

/// Work on another thread, whose result or failure is waited for.
final class Background<Value: Sendable>: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  private var result: Result<Value, any Error>?

  /// Starts the work; does it at once where there is no room for a thread, or the system has none to
  /// give (`ulimit -u`, a container's limit), for which Dispatch would wait for ever.
  init(_ work: @escaping @Sendable () throws -> Value) {
    if AddressSpace.hasRoom(for: 2 * AddressSpace.threadByteCount),
      (try? WorkerThread.start(
        name: "background", stackSize: 4 << 20,
        { [self] in
          result = Result { try work() }
          done.signal()
        })) != nil
    {
      return
    }
    result = Result { try work() }
    done.signal()
  }

  /// Waits, and gives the result.
  func value() throws -> Value {
    done.wait()
    // Whoever asks again need not wait.
    done.signal()
    guard let result else { throw Failure(.inputOutput, "a thread ended without a result") }
    return try result.get()
  }
}
