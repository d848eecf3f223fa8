import Glibc

/// A value that one thread at a time reads and changes, and whose changes others can wait for (Hoare
/// 1974): a mutex and a condition variable of POSIX threads.
///
/// The standard library's `Mutex` has no condition. Foundation's `NSCondition` has one, but a program that
/// links it carries Unicode's tables along, which are larger than all that is here.
///
/// Safe, since mutex and condition are its own and stay where they are.
@safe
final class Monitor<Value: Sendable>: @unchecked Sendable {
  // On the heap: neither may be moved once it is in use.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Read and written under the mutex alone.
  private var value: Value

  /// A monitor of a value.
  init(_ value: Value) {
    self.value = value
    // Without attributes neither can fail in glibc.
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(change, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(change)
    unsafe pthread_mutex_destroy(mutex)
    unsafe change.deallocate()
    unsafe mutex.deallocate()
  }

  /// Reads or changes the value, and wakes those that wait.
  ///
  /// - Parameter body: called once; it must not use this monitor.
  func withValue<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unlock() }
    return try body(&value)
  }

  /// Waits until `body` has a result.
  ///
  /// - Parameter body: called at once, and again whenever another thread had the value; it changes the
  ///   value only where it has a result, and must not use this monitor.
  func wait<Result>(_ body: (inout Value) throws -> Result?) rethrows -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unlock() }
    while true {
      if let result = try body(&value) { return result }
      unsafe pthread_cond_wait(change, mutex)
    }
  }

  private func unlock() {
    unsafe pthread_cond_broadcast(change)
    unsafe pthread_mutex_unlock(mutex)
  }
}
