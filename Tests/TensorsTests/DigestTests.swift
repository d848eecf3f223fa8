import Tensors
import Testing

@Suite("SHA-256")
struct DigestTests {
  /// The examples of FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `the standard's examples`(text: String, hex: String) throws {
    let digest = Digest(of: Array(text.utf8))
    #expect(digest.description == hex)
    #expect(Digest(hex: hex) == digest)
    var hasher = DigestHasher()
    for character in text { hasher.update(String(character)) }
    #expect(hasher.finalized() == digest)
  }

  @Test func `digests are read only as 64 lower-case hexadecimal digits`() {
    let good = String(repeating: "0a", count: 32)
    #expect(Digest(hex: good) != nil)
    for bad in ["", good.uppercased(), String(good.dropLast()), good + "0", "g" + good.dropFirst()]
    {
      #expect(Digest(hex: bad) == nil)
    }
  }

  @Test func `digests are ordered as their digits`() throws {
    let digests = (0..<20).map { Digest(of: [UInt8($0)]) }
    #expect(digests.sorted().map(\.description) == digests.map(\.description).sorted())
  }
}
