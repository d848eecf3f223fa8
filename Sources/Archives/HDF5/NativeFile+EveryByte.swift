import Tensors

extension NativeFile {
  /// Reads the whole file: bytes outside headers and storage are 0, the SHA-256 of every dataset is
  /// what its header says, and `/index` describes all datasets.
  ///
  /// A change of any byte of a native file is found by opening it and calling this.
  ///
  /// - Parameter progress: called with the number of bytes hashed so far, from any thread, one call
  ///   at a time.
  /// - Throws: `Failure` (`badInput`) that names the first object found damaged.
  public func checkEveryByte(
    threads: Int = 2, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    try checkGaps()
    let meter = ProgressMeter(progress)
    try forEachConcurrently(datasets, threads: threads, weight: \.byteCount) { dataset in
      var hasher = DigestHasher()
      try dataset.tensor.forEachSlab { slab in
        hasher.update(slab)
        meter.add(slab.count)
      }
      let digest = hasher.finalized()
      try Subject(file: file.path, path: "/" + dataset.path).require(
        digest == dataset.digest, .digest, at: dataset.offset,
        expected: "SHA-256 \(dataset.digest)",
        found: "\(digest)")
    }
    try checkIndex()
  }

  private func checkGaps() throws {
    try file.withBytes { bytes in
      for (former, latter) in zip(extents, extents.dropFirst()) {
        let gap = former.upperBound..<latter.lowerBound
        try Subject(file: file.path, path: "unused bytes").require(
          isZero(UnsafeRawBufferPointer(rebasing: bytes[gap])), .gap, at: gap.lowerBound,
          expected: "\(gap.count) zeros", found: "other bytes")
      }
    }
  }

  /// A newer minor version may say more of each dataset, so only a known one is compared.
  private func checkIndex() throws {
    let subject = Subject(file: file.path, path: "/" + NativeLayout.indexPath)
    guard version.minor <= NativeLayout.version.minor else { return }
    let others = datasets.filter { $0.path != NativeLayout.indexPath }
    let expected = IndexEntry.document(others.map(\.indexEntry))
    let found = try index.tensor.bytes()
    guard found != expected else { return }
    let line = zip(found.split(separator: 10), expected.split(separator: 10))
      .enumerated().first { $1.0 != $1.1 }?.offset
    throw subject.failure(
      .index, expected: "the datasets as their headers describe them",
      found: line.map { "another description in line \($0 + 1)" } ?? "more or fewer lines")
  }
}
