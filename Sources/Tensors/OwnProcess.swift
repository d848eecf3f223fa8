import Glibc

/// This process: what was given to it, and the stream on which it complains.
public enum OwnProcess {
  /// An environment variable, or nil where it is not set, or no UTF-8: a path that was repaired would lead
  /// elsewhere.
  public static func variable(_ name: String) -> String? {
    unsafe getenv(name).flatMap { unsafe String(validatingCString: $0) }
  }

  /// Refuses arguments that are no UTF-8, which the system passes on and Swift would repair: a file that
  /// is named by one is another than the repaired name's.
  ///
  /// - Throws: `Failure` (`usage`) that shows the first such argument.
  public static func requireLegibleArguments() throws {
    for number in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = unsafe CommandLine.unsafeArgv[number],
        unsafe String(validatingCString: argument) == nil
      else { continue }
      let bytes = unsafe UnsafeRawBufferPointer(start: argument, count: strlen(argument))
      let shown = unsafe String(legible: Array(bytes))
      throw Failure(.usage, place: "argument \(number)", "expected UTF-8, found '\(shown)'")
    }
  }

  /// The path of the program that runs, links resolved, or nil, with `errno` set, where the system does
  /// not tell it or it is no UTF-8.
  public static func program() -> String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return nil }
    let bytes = path.prefix(count).map { UInt8(bitPattern: $0) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      errno = EILSEQ
      return nil
    }
    return text
  }

  /// Writes a text to standard error, as far as the system takes it.
  public static func writeToStandardError(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
