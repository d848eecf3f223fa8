import CMalloc
import Glibc
import Tensors

/// What whoever starts a tool has left it: streams, signals and limits.
enum Surroundings {
  /// Makes of them what can be made without a word; before anything else.
  static func prepare() {
    openStreams()
    // A write beyond the limit of file sizes (`ulimit -f`) is an error then, with a sentence.
    _ = signal(SIGXFSZ, SIG_IGN)
    if raise(RLIMIT_STACK, to: usualStack) { _ = malloc_set_stack_size(Int(usualStack)) }
    raise(RLIMIT_NOFILE, to: usualDescriptors)
  }

  /// Asks for what no tool can do without.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  static func require() throws {
    let (stack, files) = (limits(RLIMIT_STACK).rlim_cur, limits(RLIMIT_NOFILE).rlim_cur)
    guard stack >= leastStack else {
      throw Failure(
        .inputOutput,
        "expected a stack of at least \(leastStack >> 10) kB (ulimit -s), found \(stack >> 10) kB")
    }
    guard files >= fewestDescriptors else {
      throw Failure(
        .inputOutput,
        "expected at least \(fewestDescriptors) files that may be open (ulimit -n), found \(files)")
    }
    // Dispatch would wait for ever for a thread that it may not start (`ulimit -u`).
    var thread = pthread_t()
    errno = unsafe pthread_create(&thread, nil, { _ in nil }, nil)
    guard errno == 0 else { throw Failure.system("cannot start a thread (ulimit -u)", file: nil) }
    pthread_join(thread, nil)
  }

  private static let usualStack: rlim_t = 8 << 20
  private static let usualDescriptors: rlim_t = 1024
  private static let leastStack: rlim_t = 1 << 20
  private static let fewestDescriptors: rlim_t = 32

  /// Puts something that refuses to be written in the place of each standard stream that is closed
  /// (`>&-`).
  ///
  /// Its number would be that of the next file that is opened, into which the tool would print.
  private static func openStreams() {
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Raises a limit as far as it may be, where it is lower.
  @discardableResult
  private static func raise(_ resource: __rlimit_resource, to count: rlim_t) -> Bool {
    var limits = limits(resource)
    guard limits.rlim_cur < min(count, limits.rlim_max) else { return false }
    limits.rlim_cur = min(count, limits.rlim_max)
    return unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0
  }

  /// The limit that holds and the one to which it may be raised; the greatest number is none.
  private static func limits(_ resource: __rlimit_resource) -> rlimit {
    var limits = rlimit(rlim_cur: .max, rlim_max: .max)
    _ = unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limits)
    return limits
  }
}
