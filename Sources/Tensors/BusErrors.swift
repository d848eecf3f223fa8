import Glibc
import Synchronization

/// What a process says where a mapped file has lost the bytes that it was to read.
///
/// Another program made the file shorter, or its disk failed. The system sends SIGBUS then (mmap(2)),
/// which by itself ends a process without a word.
public enum BusErrors {
  /// From now on this process says in a sentence, behind `prefix`, which file it was, and ends with the
  /// exit code of `Failure.Kind.inputOutput`; what it was writing stays as after a kill.
  ///
  /// For programs, once: a library does not choose how its process ends.
  public static func endInASentence(prefix: String) {
    inUse.withLock { _ in
      guard unsafe notices == nil else { return }
      let made = UnsafeMutablePointer<Notice>.allocate(capacity: capacity + 1)
      // In one piece, whose pages cost nothing until they are written.
      let room = UnsafeMutablePointer<UInt8>.allocate(capacity: (capacity + 1) * Notice.room)
      for number in 0...capacity {
        unsafe (made + number).initialize(to: Notice(words: room + number * Notice.room))
      }
      unsafe made[capacity].say(prefix)
      unsafe notices = made
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_sigaction = sayAndEnd
      action.sa_flags = SA_SIGINFO
      unsafe sigaction(SIGBUS, &action, nil)
    }
  }

  /// Takes note of a mapping of the file at `path`, until `forget`.
  ///
  /// - Returns: the notice's number; nil where no sentence is wanted, or too many mappings have one.
  static func watch(_ address: UnsafeRawPointer, _ count: Int, path: String) -> Int? {
    inUse.withLock { inUse in
      guard let notices = unsafe notices,
        let number = (0..<capacity).first(where: { !inUse.contains($0) })
      else { return nil }
      inUse.insert(number)
      unsafe notices[number].say(Failure(.inputOutput, file: path, reason).description + "\n")
      unsafe notices[number].start = UInt(bitPattern: address)
      unsafe notices[number].count = UInt(count)
      return number
    }
  }

  /// Forgets the mapping of that notice, which is about to end.
  static func forget(_ number: Int) {
    inUse.withLock { inUse in
      unsafe notices?[number].count = 0
      inUse.remove(number)
    }
  }

  private static let reason =
    "cannot be read on: it became shorter, or its disk failed, while it was read"
  fileprivate static let capacity = 256
  private static let inUse = Mutex<Set<Int>>([])
}

/// A mapping, and what is said where its bytes are gone: plain memory, at which the handler of a signal
/// may look whatever the process was doing.
///
/// Safe, since its words stay within their room, which is never given back.
@safe
private struct Notice {
  /// A path has at most 4,096 bytes; what is escaped in it may cost the sentence its end.
  static let room = 4608
  var start: UInt = 0
  var count: UInt = 0
  private let words: UnsafeMutablePointer<UInt8>
  private var length = 0

  init(words: UnsafeMutablePointer<UInt8>) { unsafe self.words = words }

  mutating func say(_ text: String) {
    length = 0
    for byte in text.utf8.prefix(Self.room) {
      unsafe words[length] = byte
      length += 1
    }
  }

  func write() { _ = unsafe Glibc.write(STDERR_FILENO, words, length) }
}

/// The notices, and behind them what is said before each; nil where none is wanted.
///
/// Not a property of a type, which would be made when it is first asked for: a handler cannot wait for
/// that.
nonisolated(unsafe) private var notices: UnsafeMutablePointer<Notice>?

/// The handler: takes no memory and no lock.
private func sayAndEnd(
  _ signal: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?
) {
  if let notices = unsafe notices, let information = unsafe information {
    let address = unsafe UInt(bitPattern: information.pointee._sifields._sigfault.si_addr)
    for number in 0..<BusErrors.capacity
    where unsafe address &- notices[number].start < notices[number].count {
      unsafe notices[BusErrors.capacity].write()
      unsafe notices[number].write()
      _exit(Failure.Kind.inputOutput.rawValue)
    }
  }
  // Nobody's mapping: the access is repeated, and ends the process.
  _ = Glibc.signal(signal, SIG_DFL)
}
