import Tensors
import Testing

@testable import Archives

@Suite struct Lookup3Tests {
  private func hash(_ text: String) -> UInt32 {
    Array(text.utf8).withUnsafeBytes { lookup3(CheckedBytes($0)) }
  }

  @Test func anEmptyBlock() {
    #expect(hash("") == 0xDEAD_BEEF)
  }

  /// The value that the hash's author gives for a text of 30 bytes and the initial value 0.
  @Test func thePublishedValue() {
    #expect(hash("Four score and seven years ago") == 0x1777_0551)
  }

  @Test func everyLengthAndByteCounts() {
    let bytes = (0..<40).map { UInt8($0) }
    var seen: Set<UInt32> = []
    for count in 0...bytes.count {
      seen.insert(bytes[..<count].withUnsafeBytes { lookup3(CheckedBytes($0)) })
      for position in 0..<count {
        var changed = Array(bytes[..<count])
        changed[position] ^= 0x80
        seen.insert(changed.withUnsafeBytes { lookup3(CheckedBytes($0)) })
      }
    }
    #expect(seen.count == 41 + 40 * 41 / 2)
  }
}
