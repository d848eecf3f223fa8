import Tensors

/// The first block of the file: where the root group is.
struct Superblock {
  /// The first eight bytes of every HDF5 file.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  /// Bytes of version 2 with 8-byte offsets.
  static let byteCount = 48
  /// An address that leads nowhere.
  static let undefined = UInt64.max

  /// The address of the root group's header.
  let root: UInt64

  /// Whether a file that begins with `bytes` is HDF5.
  static func isSignature(_ bytes: CheckedBytes) -> Bool {
    bytes.count >= 8 && bytes.prefix(8).elementsEqual(signature)
  }

  /// Reads and checks the superblock of a whole file.
  init(
    _ bytes: CheckedBytes, file: String, findings: ProfileFindings? = nil
  ) throws {
    let subject = Subject(file: file, path: "superblock", findings: findings)
    try subject.require(
      Self.isSignature(bytes), .signature, at: 0, expected: "the HDF5 signature",
      found: "other bytes")
    let version = bytes.count > 8 ? bytes[8] : 0
    // Version 3 has the same fields.
    try subject.require(
      version == 2, .superblockVersion, at: 8, goingOn: version == 3,
      expected: "the native layout (superblock version 2)",
      found: "HDF5 of another layout (superblock version \(version))")
    var fields = try Fields(bytes, 9..<Self.byteCount, of: subject, .superblockEnd)
    let sizes: (UInt8, UInt8) = (try fields.next(), try fields.next())
    try fields.require(
      sizes == (8, 8), .superblockSizes, expected: "offsets and lengths of 8 bytes",
      found: "\(sizes.0) and \(sizes.1)")
    let flags: UInt8 = try fields.next()
    try fields.require(
      flags == 0, .superblockFlags, goingOn: true, expected: "consistency flags 0",
      found: "\(flags)")
    let base: UInt64 = try fields.next()
    try fields.require(base == 0, .superblockBase, expected: "base address 0", found: "\(base)")
    let more: UInt64 = try fields.next()
    if more != Self.undefined { findings?.hide(datasets: false) }
    try fields.require(
      more == Self.undefined, .superblockExtension, goingOn: true,
      expected: "no superblock extension", found: "one at byte \(more)")
    let end: UInt64 = try fields.next()
    try fields.require(
      end == UInt64(bytes.count), .superblockEnd, goingOn: true, expected: "a file of \(end) bytes",
      found: "\(bytes.count)")
    root = try fields.next()
    let checksum: UInt32 = try fields.next()
    let computed = lookup3(CheckedBytes(rebasing: bytes[0..<Self.byteCount - 4]))
    try fields.require(
      checksum == computed, .superblockChecksum, goingOn: true,
      expected: "checksum \(hexadecimal(computed))",
      found: hexadecimal(checksum))
  }
}
