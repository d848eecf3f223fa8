import Glibc

/// The processors of this machine.
enum Processors {
  /// Those that are on; at least 1.
  static let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
