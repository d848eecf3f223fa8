import Glibc

/// This process: what was given to it, and the stream on which it complains.
public enum OwnProcess {
  /// An environment variable, or nil where it is not set.
  public static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// The path of the program that runs, links resolved, or nil, with `errno` set, where the system does
  /// not tell it.
  public static func program() -> String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return nil }
    return String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Writes a text to standard error, as far as the system takes it.
  public static func writeToStandardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
