import Archives
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct WorkerThreadTests {
  /// Tells when nobody holds it any more.
  private final class Held: Sendable {
    private let isFreed: Monitor<Bool>

    init(_ isFreed: Monitor<Bool>) { self.isFreed = isFreed }

    deinit { isFreed.withValue { $0 = true } }
  }

  /// What a thread says of itself.
  private func told(
    name: String, stackSize: Int, _ tell: @escaping @Sendable () -> String
  ) throws -> String {
    let answer = Monitor<String?>(nil)
    try WorkerThread.start(name: name, stackSize: stackSize) {
      let words = tell()
      answer.withValue { $0 = words }
    }
    return answer.wait { $0 }
  }

  @Test(arguments: [("pictures 1", "pictures 1"), ("a name of twenty-two.", "a name of twent")])
  func `a thread has its name, or what Linux keeps of it`(_ name: String, _ kept: String) throws {
    let found = try told(name: name, stackSize: 1 << 20) {
      (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "none"
    }
    #expect(found == kept + "\n")
  }

  @Test func `a thread has the stack that was asked for`() throws {
    // More than the system's default of 8 MiB, which a thread may have in place of less.
    let found = try told(name: "stack", stackSize: 24 << 20) {
      var local = 0
      let address = withUnsafeMutablePointer(to: &local) { UInt(bitPattern: $0) }
      // Of each mapping its first address and the one behind it, in hexadecimal.
      let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
      for line in maps.split(separator: "\n") {
        let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap {
          UInt($0, radix: 16)
        }
        if ends.count == 2, ends[0]..<ends[1] ~= address { return "\(address - ends[0])" }
      }
      return "nowhere"
    }
    // A thread begins near the top of its stack, and below lies the rest of it.
    let below = try #require(Int(found), "\(found)")
    #expect(below > 23 << 20 && below <= 24 << 20, "\(below)")
  }

  @Test(arguments: [0, 1 << 60])
  func `a thread that the system refuses is a failure, and its work is let go`(_ size: Int) {
    let isFreed = Monitor(false)
    let failure = failure {
      let held = Held(isFreed)
      try WorkerThread.start(name: "refused", stackSize: size) { withExtendedLifetime(held) {} }
    }
    #expect(failure?.kind == .inputOutput)
    #expect(failure?.message.contains("refused") == true, "\(failure as Any)")
    #expect(isFreed.withValue { $0 })
  }
}
