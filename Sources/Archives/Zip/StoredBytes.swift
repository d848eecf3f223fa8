import Synchronization
import Tensors

/// The bytes of a stored member, where they lie in the file; their CRC-32 is checked once, before
/// they are first handed out.
final class StoredBytes: ByteSource {
  let count: Int
  private let slice: ByteSlice
  private let member: ZipMember
  private let isChecked = Atomic(false)

  init(_ slice: ByteSlice, of member: ZipMember) {
    self.slice = slice
    self.member = member
    count = slice.count
  }

  var fileName: String? { slice.fileName }

  func resolved() throws -> any ByteSource {
    if !isChecked.load(ordering: .relaxed) {
      var checksum = Checksum()
      try unsafe slice.withBytes { unsafe checksum.update($0) }
      try checksum.check(member)
      isChecked.store(true, ordering: .relaxed)
    }
    return slice
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }
}
