import CLinux
import Glibc
import Tensors

/// Threads of POSIX for work that takes long or waits, which would hold up the queues of Dispatch.
package enum WorkerThread {
  /// What a new thread is to do, on its way there.
  private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Starts a thread, which nobody has to join.
  ///
  /// - Parameters:
  ///   - name: for debuggers and `top -H`; Linux keeps 15 bytes of it.
  ///   - stackSize: bytes.
  ///   - body: what it does; the thread ends with it.
  /// - Throws: `Failure` (`inputOutput`) where the system has no thread to give.
  package static func start(
    name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var code = unsafe pthread_attr_setstacksize(&attributes, stackSize)
    let work = unsafe Unmanaged.passRetained(Work(name, body))
    if code == 0 {
      var thread = pthread_t()
      code = unsafe pthread_create(
        &thread, &attributes,
        { pointer in
          guard let pointer = unsafe pointer else { return nil }
          let work = unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
          unsafe linux_name_thread(work.name)
          work.body()
          return nil
        }, work.toOpaque())
    }
    guard code == 0 else {
      unsafe work.release()
      errno = code
      throw Failure.system("cannot start a thread (\(name))", file: nil)
    }
  }
}
