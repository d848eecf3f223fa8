import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Hostile npz files") struct NpzHostileTests {
  private func array() throws -> [UInt8] { try fixture("rows.npy").all() }

  @Test(arguments: [
    "../../../../etc/passwd", "/etc/passwd", "..\\..\\windows", "C:\\x", "a/../b", "./w", "a//b",
  ])
  func `names that are paths are keys and nothing else`(name: String) throws {
    let zip = RawZip(RawZip.Member(name + ".npy", try array()))
    let archive = try Npz().read(mapped(zip.bytes))
    #expect(archive.root.children?.map(\.key) == [.text(name)])
    #expect(try archive.root[name]?.tensor().shape == [2, 3])
  }

  @Test(arguments: ["a\u{1B}[2J", "a\u{7}", "a\u{7F}"])
  func `names that steer a terminal`(name: String) throws {
    var member = RawZip.Member(name + ".npy", try array())
    member.both { $0.flags = 0x800 }
    let zip = RawZip(member)
    let failure = try failure { _ = try Npz().read(mapped(zip.bytes)) }
    #expect(failure.message.contains("printable"))
  }

  /// A deflated member of `content`, said to hold `size` bytes.
  private func deflated(_ content: [UInt8], size: Int) throws -> RawZip.Member {
    var stream: [UInt8] = []
    let deflater = try Deflater()
    try content.withUnsafeBytes { try deflater.write($0) { stream += Array($0) } }
    try deflater.finish { stream += Array($0) }
    var checksum = Checksum()
    content.withUnsafeBytes { checksum.update($0) }
    var member = RawZip.Member("w.npy", stream)
    member.both {
      $0.method = 8
      $0.size = UInt32(size)
      $0.checksum = checksum.value
    }
    return member
  }

  @Test func `a bomb behind an honest array`() throws {
    // The array ends after 24 bytes; the stream goes on for twenty million, and says so or does not.
    let honest = try array()
    let bomb = honest + [UInt8](repeating: 0, count: 20_000_000)
    let said = try mapped(RawZip(deflated(bomb, size: bomb.count)).bytes)
    #expect(said.count < 40_000)
    #expect(try failure { _ = try Npz().read(said) }.message.contains("expected 24 bytes"))
    let unsaid = try mapped(RawZip(deflated(bomb, size: honest.count)).bytes)
    let message = try failure {
      _ = try Npz().read(unsaid).root["w"]?.tensor().bytes()
    }.description
    #expect(message.contains("w.npy") && message.contains("\(honest.count)"), "\(message)")
  }

  @Test func `two hundred members that share their data`() throws {
    // 200 names of one local header: the size of all would be 200 times the file's.
    let one = RawZip.Member("w.npy", try array())
    var zip = RawZip(one)
    for number in 1..<200 {
      var more = one
      more.both { $0.name = Array("w\(number).npy".utf8) }
      more.offset = 0
      zip.members.append(more)
    }
    let failure = try failure { _ = try Npz().read(mapped(zip.bytes)) }
    #expect(failure.kind == .badInput)
    #expect(failure.description.utf8.count < 1000)
  }
}
