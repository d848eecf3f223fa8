import Glibc
import HDF5Records
import Tensors

/// A running `byol-hdf5-reader`: the process in which libhdf5 looks at a file that is not ours.
///
/// It gets the open file and a pipe, and nothing else: no path, no environment but where libraries
/// are, and it gives up everything that it does not need before it looks at the file. It is ended
/// at the latest when this object is.
final class ReaderProcess {
  private let file: MappedFile
  private let process: pid_t
  private let pipe: Int32
  private let deadline: ContinuousClock.Instant
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var unread: Range<Int> = 0..<0
  private var status: Int32?
  private var isRunning = true

  /// Starts `program` for an open file.
  ///
  /// - Parameter patience: the time that it has, beside a second for every 4 MiB of the file.
  /// - Throws: `Failure` (`inputOutput`) where the program is missing or cannot be started, or the
  ///   file can no longer be opened.
  init(_ file: MappedFile, program: String, patience: Duration) throws {
    self.file = file
    let input = try file.reopened()
    defer { close(input) }
    var ends: [Int32] = [-1, -1]
    // Of sockets, which no program inherits that another thread starts in this moment.
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Failure.system("cannot make a pipe", file: file.path)
    }
    do {
      // From here on the process alone has the other end: when it ends, so do the bytes.
      defer { close(ends[1]) }
      process = try Self.spawn(program, input: input, output: ends[1])
    } catch {
      close(ends[0])
      throw error
    }
    pipe = ends[0]
    // The process limits its processor time itself; this is for one that sleeps.
    deadline = .now + patience + .seconds(file.count >> 22)
    do {
      try greet()
    } catch {
      end()
      throw error
    }
  }

  deinit { end() }

  /// The next record.
  ///
  /// - Throws: `Failure` (`badInput`) where the process has ended early or does not speak as it
  ///   should.
  func next() throws -> Record {
    do {
      let header = try Record.header(try bytes(Record.headerByteCount))
      return try Record(kind: header.kind, payload: try bytes(header.count))
    } catch let malformed as MalformedRecord {
      throw nonsense(malformed.reason)
    }
  }

  /// Fills `target` with elements, which come in frames.
  ///
  /// - Throws: `Failure` (`badInput`), as `next`, and where the process refuses the file midway.
  func elements(into target: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < target.count {
      do {
        let header = try Record.header(try bytes(Record.headerByteCount))
        guard header.kind == Record.elementsKind else {
          let record = try Record(kind: header.kind, payload: try bytes(header.count))
          guard case .failed(let place, let message) = record else {
            throw nonsense("a record among elements")
          }
          throw refusal(at: place, message)
        }
        guard (1...target.count - done).contains(header.count) else {
          throw nonsense("elements too many")
        }
        try unsafe read(
          into: UnsafeMutableRawBufferPointer(rebasing: target[done..<done + header.count]))
        done += header.count
      } catch let malformed as MalformedRecord {
        throw nonsense(malformed.reason)
      }
    }
  }

  /// Fills `target` with the bytes that follow.
  private func read(into target: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < target.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
      if unread.isEmpty, rest.count >= buffer.count {
        unsafe done += try receive(rest)
        continue
      }
      if unread.isEmpty {
        unread = unsafe 0..<(try buffer.withUnsafeMutableBytes { try unsafe receive($0) })
      }
      let part = unread.prefix(rest.count)
      unsafe buffer.withUnsafeBytes { unsafe rest.copyMemory(from: .init(rebasing: $0[part])) }
      unread = part.upperBound..<unread.upperBound
      done += part.count
    }
  }

  private func bytes(_ count: Int) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    try unsafe result.withUnsafeMutableBytes { try unsafe read(into: $0) }
    return result
  }

  /// What is there to read, at least a byte and up to the room there is.
  private func receive(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let left = ContinuousClock.now.duration(to: deadline)
      guard left > .zero else { throw tooSlow }
      var waiting = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&waiting, 1, Int32(min(left.components.seconds + 1, 3600)) * 1000)
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      let count = unsafe Glibc.read(pipe, target.baseAddress, target.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure.system("cannot read from a pipe", file: file.path) }
      guard count > 0 else { throw ending() }
      return count
    }
  }

  private func greet() throws {
    do {
      guard try bytes(Record.greeting.count) == Record.greeting else {
        throw Failure(.inputOutput, file: file.path, "\(Self.name) is of another version")
      }
    } catch let failure as Failure where failure.kind == .badInput {
      // Not the file's fault: it was not looked at.
      throw Failure(
        .inputOutput, file: file.path, "\(Self.name) does not run: it ended \(ending(of: wait()))")
    }
  }

  /// Ends the process, if it has not ended, and gives back what it took.
  private func end() {
    guard isRunning else { return }
    isRunning = false
    close(pipe)
    if status == nil { kill(process, SIGKILL) }
    _ = wait()
  }

  /// How the process ended, once it has.
  private func wait() -> Int32 {
    if let status { return status }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    self.status = status
    return status
  }
}

extension ReaderProcess {
  /// The name of the program.
  static let name = "byol-hdf5-reader"

  /// Where the program is: where `BYOL_HDF5_READER` says, or where helpers are.
  static func program() throws -> String {
    if let path = OwnProcess.variable("BYOL_HDF5_READER") { return path }
    return try HelperProgram.path(of: name, for: "HDF5 of other programs is read by")
  }

  private static func spawn(_ program: String, input: Int32, output: Int32) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let libraries = OwnProcess.variable("LD_LIBRARY_PATH").map { "LD_LIBRARY_PATH=" + $0 }
    var environment = unsafe [libraries.flatMap { unsafe strdup($0) }, nil]
    var arguments = unsafe [strdup(name), nil]
    defer { unsafe (environment + arguments).forEach { unsafe free($0) } }
    var process = pid_t()
    let code = unsafe posix_spawn(&process, program, &actions, nil, &arguments, &environment)
    guard code == 0 else {
      errno = code
      throw Failure.system("cannot start \(program)", file: nil)
    }
    return process
  }

  /// What is said where the kernel, or a container around this program, takes no filter of system
  /// calls.
  static func unfiltered(_ code: UInt32) -> String {
    let reason =
      Int32(exactly: code).map { Failure.systemReason($0) } ?? "error \(code)"
    return "\(name) ran without a filter of system calls, which the kernel refused (\(reason)): "
      + "resource limits alone confined it"
  }

  private var tooSlow: Failure {
    Failure(
      file: file.path, expected: "HDF5 that libhdf5 can read", found: "a file on which it sleeps")
  }

  /// The file is refused by the process, for that reason.
  func refusal(at place: String, _ message: String) -> Failure {
    Failure(.badInput, file: file.path, place: Self.printable(place), Self.printable(message))
  }

  /// A text of the process's for a message: short, and without control characters.
  static func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(400).map { $0.properties.isPrintable ? Character($0) : "?" })
  }

  /// What the process said is not what it should say: libhdf5 has overwritten its memory, say.
  func nonsense(_ what: String) -> Failure {
    Failure(
      file: file.path, expected: "HDF5 that libhdf5 can read",
      found: "a file on which it goes astray (\(what))")
  }

  /// Why there is nothing more to read.
  private func ending() -> Failure {
    Failure(
      file: file.path, expected: "HDF5 that libhdf5 can read",
      found: "a file on which it ended \(ending(of: wait()))")
  }

  private func ending(of status: Int32) -> String {
    let signal = status & 0x7F
    switch signal {
    case 0: return "with code \(status >> 8 & 0xFF)"
    case SIGKILL, SIGXCPU: return "for want of time or memory"
    default: return "by a crash (signal \(signal))"
    }
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isPrintable: Bool {
    switch generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
