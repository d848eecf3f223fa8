import Archives
import Glibc
import Synchronization
import Tensors

/// Writes tensors' bytes to their offsets, a slab at a time, hashing each slab on the way.
///
/// - Returns: the digest of each, in the given order.
func writeData(
  _ items: [(tensor: Tensor, offset: Int)], to file: OutputFile, threads: Int,
  _ meter: ProgressMeter
) throws -> [Digest] {
  let end = items.map { $0.offset + $0.tensor.byteCount }.max() ?? 0
  try reserve(end, in: file)
  let digests = Mutex([Digest?](repeating: nil, count: items.count))
  // `send` writes at offsets, with no state of the file's: threads do not meet there.
  nonisolated(unsafe) let file = file
  try forEachConcurrently(
    Array(items.indices), threads: threads, weight: { items[$0].tensor.byteCount }
  ) { position in
    let (tensor, offset) = items[position]
    var hasher = DigestHasher()
    var done = 0
    try unsafe tensor.forEachSlab { slab in
      unsafe hasher.update(slab)
      try unsafe file.send(slab, at: offset + done)
      done += slab.count
      meter.add(slab.count)
    }
    let digest = hasher.finalized()
    digests.withLock { $0[position] = digest }
  }
  return digests.withLock { $0.compactMap { $0 } }
}

/// Asks the system for space before anything is written: a full disk is found here.
private func reserve(_ count: Int, in file: OutputFile) throws {
  guard count > 0 else { return }
  let code = posix_fallocate(file.descriptor, 0, off_t(count))
  // Not every file system can reserve space; writing finds out there.
  guard code != 0, code != EOPNOTSUPP, code != EINVAL else { return }
  errno = code
  throw Failure.system("cannot reserve \(count) bytes", file: file.path)
}
