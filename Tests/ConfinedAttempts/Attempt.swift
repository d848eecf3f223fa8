import CLinux
import Confinement
import Glibc
import HDF5Records

/// What hostile code would try.
enum Attempt: String {
  case readFile = "read a file"
  case createFile = "create a file"
  case removeFile = "remove a file"
  case truncateOutput = "truncate"
  case writeInput = "write its input"
  case writeErrors = "write standard error"
  case connect = "connect"
  case sendDescriptor = "send a message"
  case fork = "fork"
  case startThread = "start a thread"
  case runProgram = "run a program"
  case signalParent = "signal the parent"
  case traceParent = "trace the parent"
  case readParent = "read the parent's memory"
  case executeMemory = "execute memory"
  case raiseLimits = "raise its limits"
  case makeFile = "make a file in memory"
  case ring = "set up a ring"
  case sleep = "sleep"
  case allocate = "allocate"
  case allocateForEver = "allocate for ever"
  case loop = "loop"
  case hang = "hang"
  case crash = "crash"
  case flood = "flood"
  case promise = "promise too much"

  enum Result {
    case refused(Int32)
    case succeeded
  }

  func run() -> Result {
    switch self {
    case .readFile: unsafe result(open("/etc/passwd", O_RDONLY))
    case .createFile: unsafe result(creat("/tmp/byol-confined-attempt", 0o600))
    case .removeFile: unsafe result(unlink("/tmp/byol-confined-attempt"))
    case .truncateOutput: result(ftruncate(STDIN_FILENO, 0))
    case .writeInput: unsafe result(write(STDIN_FILENO, "x", 1))
    case .writeErrors: unsafe result(write(STDERR_FILENO, "x", 1))
    case .connect: result(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    case .sendDescriptor: unsafe result(send(STDOUT_FILENO, "x", 1, 0))
    case .fork: result(linux_call(Int(SYS_clone), Int(SIGCHLD), 0, 0))
    case .startThread: startThread()
    case .runProgram: runProgram()
    case .signalParent: result(kill(getppid(), 0))
    case .traceParent: result(linux_call(Int(SYS_ptrace), 16, Int(getppid()), 0))
    case .readParent: result(linux_call(Int(SYS_process_vm_readv), Int(getppid()), 0, 0))
    case .executeMemory:
      unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        == MAP_FAILED ? .refused(errno) : .succeeded
    case .raiseLimits: result(sandbox_limit(sandbox_address_space, UInt(bitPattern: -1)))
    case .makeFile:
      unsafe result(
        "x".withCString { linux_call(Int(SYS_memfd_create), Int(bitPattern: $0), 0, 0) })
    case .ring: result(linux_call(425, 1, 0, 0))  // io_uring_setup, on every machine
    case .sleep: result(usleep(1_000))
    case .allocate:
      unsafe mmap(
        nil, Int(Confinement.addressSpace), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
        0) == MAP_FAILED ? .refused(errno) : .succeeded
    case .allocateForEver: allocateForEver()
    case .loop: loop()
    case .hang: hang()
    case .crash: crash()
    case .flood: flood()
    case .promise: promise()
    }
  }

  private func result(_ value: some SignedInteger) -> Result {
    value < 0 ? .refused(errno) : .succeeded
  }
}
