import Glibc
import Synchronization

/// Notices SIGTERM, SIGINT and SIGHUP, so that an update can be finished and written first.
///
/// The second signal ends the process at once, as if nobody had listened. A signal that the process
/// was told to ignore (`nohup`, a shell's background jobs) stays ignored.
public enum StopSignals {
  private static let names: [(signal: Int32, name: String)] = [
    (SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"),
  ]
  private static let received = Atomic<Int32>(0)

  /// Begins to listen.
  public static func listen() {
    for (number, _) in names {
      var former = sigaction()
      unsafe sigaction(number, nil, &former)
      let isIgnored =
        unsafe unsafeBitCast(former.__sigaction_handler.sa_handler, to: Int.self)
        == unsafeBitCast(SIG_IGN, to: Int.self)
      if isIgnored { continue }
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        // Nothing but an atomic store is safe to do here. Each signal's action is the default one
        // again, by SA_RESETHAND.
        StopSignals.received.store(number, ordering: .relaxed)
      }
      // Reads and writes under way go on.
      action.sa_flags = SA_RESTART | Int32(bitPattern: SA_RESETHAND)
      unsafe sigaction(number, &action, nil)
    }
  }

  /// The name of the signal that has come, or nil.
  public static var name: String? {
    let number = received.load(ordering: .relaxed)
    return names.first { $0.signal == number }?.name
  }
}
