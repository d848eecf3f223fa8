import Glibc

/// This machine's memory.
enum Memory {
  /// Bytes of physical memory.
  static let total = max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
}
