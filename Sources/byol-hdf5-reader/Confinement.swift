import CLinux
import Glibc

/// What this process gives up before it looks at the first byte of its input.
enum Confinement {
  /// Bytes of address space: libhdf5 and the Swift runtime take about 100 MB, the largest chunk of
  /// a compressed dataset the rest.
  private static let addressSpace: UInt = 1 << 30
  /// Seconds of processor time for any file, and bytes of the file that give another one.
  private static let seconds: UInt = 2
  private static let bytesPerSecond: UInt = 1 << 22

  /// Limits memory, time, files and processes; ends with the parent.
  static func limitResources() {
    _ = sandbox_die_with_parent()
    // A crash is an ordinary end here: no handler of the runtime is to look for its causes.
    for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS] {
      _ = Glibc.signal(signal, SIG_DFL)
    }
    sandbox_close_from(3)
    var status = stat()
    let size = fstat(STDIN_FILENO, &status) == 0 ? UInt(max(status.st_size, 0)) : 0
    _ = sandbox_limit(sandbox_core_size, 0)
    _ = sandbox_limit(sandbox_processor_seconds, seconds + size / bytesPerSecond)
    _ = sandbox_limit(sandbox_address_space, addressSpace)
    _ = sandbox_limit(sandbox_file_size, 0)
  }

  /// Gives up opening files, making processes, and every system call but a few, where the kernel
  /// takes a filter; libraries must be loaded by now.
  static func giveUpRights() {
    // Descriptors 0 to 2 exist, and there will be no other.
    _ = sandbox_limit(sandbox_open_files, 3)
    _ = sandbox_limit(sandbox_processes, 0)
    _ = sandbox_no_new_privileges()
    _ = sandbox_allow_only_reading()
  }
}
