import CLinux
import Glibc
import HDF5Records

/// Attempts that do not come back by themselves, or come back elsewhere.
extension Attempt {
  func startThread() -> Result {
    var thread = pthread_t()
    let code = unsafe pthread_create(&thread, nil, { _ in nil }, nil)
    return code == 0 ? .succeeded : .refused(code)
  }

  func runProgram() -> Result {
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe [strdup("true"), nil]
    unsafe execv("/bin/true", &arguments)
    return .refused(errno)
  }

  /// Takes memory until there is none, and uses it.
  func allocateForEver() -> Result {
    while true {
      // Not by `malloc`, whose calls a compiler may leave out.
      let block = unsafe mmap(
        nil, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard unsafe block != MAP_FAILED, let block = unsafe block else { return .refused(errno) }
      for page in stride(from: 0, to: 1 << 20, by: 4096) {
        unsafe block.storeBytes(of: 1, toByteOffset: page, as: UInt8.self)
      }
    }
  }

  func loop() -> Result {
    // A call that no compiler can foresee.
    while rand() >= 0 {}
    return .succeeded
  }

  /// Waits on a lock that nobody opens.
  func hang() -> Result {
    var word: Int32 = 0
    return unsafe withUnsafeMutablePointer(to: &word) { word -> Result in
      while true { _ = linux_call(Int(SYS_futex), Int(bitPattern: word), 0, 0) }
    }
  }

  func crash() -> Result {
    unsafe UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    return .succeeded
  }

  /// Gives one group more attributes than there is time to compare.
  func flood() -> Result {
    var number = 0
    while true {
      ConfinedAttempts.tell(.attribute(member: nil, name: "a\(number)", .none))
      number += 1
    }
  }

  /// Tells of elements that would fill the parent's disk.
  func promise() -> Result {
    let type = StoredType(element: "uint8", isBigEndian: false, shape: [1 << 45])
    ConfinedAttempts.tell(.dataset(name: "w", StoredArray(type: type, place: .streamed(1 << 45))))
    let zeros = [UInt8](repeating: 0, count: 1 << 16)
    while true { ConfinedAttempts.tell(zeros) }
  }
}
