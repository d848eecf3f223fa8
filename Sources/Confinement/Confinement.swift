import CLinux
import Glibc

/// What a process gives up before it looks at the first byte of an input that may be hostile.
///
/// The process has one thread, its input open as descriptor 0 and a pipe as descriptor 1. First
/// `limitResources`, then whatever needs rights (libraries are loaded, memory is reserved), then
/// `giveUpRights`; what is given up does not come back.
public enum Confinement {
  /// Bytes of address space: libhdf5 and the Swift runtime take about 100 MB, the largest chunk of
  /// a compressed dataset the rest.
  public static let addressSpace: UInt = 1 << 30
  /// Seconds of processor time for any file, and bytes of the file that give another one.
  static let seconds: UInt = 2
  private static let bytesPerSecond: UInt = 1 << 22

  /// Limits memory, time and the size of files; ends with the parent.
  public static func limitResources() {
    _ = sandbox_die_with_parent()
    // A crash is an ordinary end here: no handler of the runtime is to look for its causes.
    for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS] {
      _ = Glibc.signal(signal, SIG_DFL)
    }
    sandbox_close_from(3)
    var status = stat()
    let size = unsafe fstat(STDIN_FILENO, &status) == 0 ? UInt(max(status.st_size, 0)) : 0
    _ = sandbox_limit(sandbox_core_size, 0)
    _ = sandbox_limit(sandbox_processor_seconds, seconds + size / bytesPerSecond)
    _ = sandbox_limit(sandbox_address_space, addressSpace)
    _ = sandbox_limit(sandbox_file_size, 0)
  }

  /// Gives up opening files and making processes by resource limits: these hold on any kernel, but
  /// not all of them for a superuser.
  public static func giveUpFilesAndProcesses() {
    // Descriptors 0 to 2 exist, and there will be no other.
    _ = sandbox_limit(sandbox_open_files, 3)
    _ = sandbox_limit(sandbox_processes, 0)
    _ = sandbox_no_new_privileges()
  }

  /// Gives up files and processes, and every system call but a few: memory, reading descriptor 0,
  /// writing descriptor 1.
  ///
  /// - Returns: nil, or the error code with which the kernel refused a filter of system calls; the
  ///   limits hold all the same.
  public static func giveUpRights() -> Int32? {
    giveUpFilesAndProcesses()
    return sandbox_allow_only_reading() == 0 ? nil : errno
  }
}
