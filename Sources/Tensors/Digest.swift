import Crypto

/// A SHA-256 digest.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The digest whose 64 lower-case hexadecimal digits are `hex`, or nil where they are not.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 64 else { return nil }
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x61...0x66: digit - 0x61 + 10
      default: nil
      }
    }
    var bytes = [UInt8]()
    for pair in stride(from: 0, to: 64, by: 2) {
      guard let high = value(digits[pair]), let low = value(digits[pair + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  fileprivate init(_ digest: SHA256Digest) { bytes = Array(digest) }

  /// The digest of `bytes`.
  public init(of bytes: [UInt8]) {
    var hasher = DigestHasher()
    unsafe bytes.withUnsafeBytes { unsafe hasher.update($0) }
    self = hasher.finalized()
  }

  /// 64 lower-case hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Orders digests as their hexadecimal forms.
  public static func < (left: Digest, right: Digest) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// A running SHA-256, by swift-crypto, which uses the processor's SHA instructions.
public struct DigestHasher {
  private var hasher = SHA256()

  /// A hasher that has seen no bytes.
  public init() {}

  /// Takes `bytes` in.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    unsafe hasher.update(bufferPointer: bytes)
  }

  /// Takes the UTF-8 of `text` in.
  public mutating func update(_ text: String) {
    unsafe Array(text.utf8).withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
  }

  /// The digest of all bytes taken in.
  public func finalized() -> Digest { Digest(hasher.finalize()) }
}
