import Archives
import Glibc
import Tensors

/// Goes on as another program of this package, a helper, with the same arguments.
///
/// What needs no engine stays as quick as it is: loading the engines' libraries alone would cost more
/// than reading a checkpoint's headers.
///
/// - Throws: `Failure` (`inputOutput`) where it is missing or cannot be started.
public func goOn(as program: String) throws -> Never {
  let path = try HelperProgram.path(of: program, for: "health and pages are the work of")
  let arguments: [UnsafeMutablePointer<CChar>?] =
    unsafe ([path] + CommandLine.arguments.dropFirst()).map { unsafe strdup($0) } + [nil]
  fflush(nil)
  unsafe execv(path, arguments)
  let failure = Failure.system("cannot start the program that computes", file: path)
  unsafe arguments.forEach { unsafe free($0) }
  throw failure
}
