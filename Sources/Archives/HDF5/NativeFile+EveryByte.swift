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
    try EveryByte(file).checkGaps(between: extents)
    try EveryByte(file).checkDigests(of: datasets, threads: threads, progress: progress)
    try EveryByte(file).checkIndex(index, of: datasets, minor: version.minor)
  }
}

/// The rules that only a reader of every byte can check: B3, B4 and N4.
struct EveryByte {
  let file: MappedFile
  /// Takes what breaks a rule, where all of it is wanted.
  var findings: ProfileFindings?

  init(_ file: MappedFile, findings: ProfileFindings? = nil) {
    self.file = file
    self.findings = findings
  }

  private func subject(_ path: String) -> Subject {
    Subject(file: file.path, path: path, findings: findings)
  }

  /// Checks that what lies between the extents, which are sorted, is 0.
  func checkGaps(between extents: [Range<Int>]) throws {
    try unsafe file.withCheckedBytes { bytes in
      var end = 0
      for extent in extents {
        if end < extent.lowerBound {
          let gap = end..<extent.lowerBound
          try subject("unused bytes").require(
            isZero(CheckedBytes(rebasing: bytes[gap])), .gap, at: gap.lowerBound,
            goingOn: true, expected: "\(gap.count) zeros", found: "other bytes")
        }
        end = max(end, extent.upperBound)
      }
    }
  }

  /// Hashes every dataset.
  func checkDigests(
    of datasets: [NativeDataset], threads: Int, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let meter = ProgressMeter(progress)
    try forEachConcurrently(datasets, threads: threads, weight: \.byteCount) { dataset in
      var hasher = DigestHasher()
      try unsafe dataset.tensor.forEachSlab { slab in
        unsafe hasher.update(slab)
        meter.add(slab.count)
      }
      let digest = hasher.finalized()
      try subject("/" + dataset.path).require(
        digest == dataset.digest, .digest, at: dataset.offset, goingOn: true,
        expected: "SHA-256 \(dataset.digest)", found: "\(digest)")
    }
  }

  /// Compares `/index` with the headers; a newer minor version may say more of each dataset, so only a
  /// known one is compared.
  func checkIndex(_ index: NativeDataset, of datasets: [NativeDataset], minor: UInt32) throws {
    guard minor <= NativeLayout.version.minor else { return }
    let others = datasets.filter { $0.path != NativeLayout.indexPath }
    let expected = IndexEntry.document(others.map(\.indexEntry))
    let found = try index.tensor.bytes()
    guard found != expected else { return }
    let line = zip(found.split(separator: 10), expected.split(separator: 10))
      .enumerated().first { $1.0 != $1.1 }
    try subject("/" + NativeLayout.indexPath).require(
      false, .index, at: index.offset, goingOn: true,
      expected: line.map { "in line \($0.offset + 1) \(Self.text($0.element.1))" }
        ?? "a line for each of \(others.count) datasets",
      found: line.map { Self.text($0.element.0) } ?? "more or fewer lines")
  }

  /// A line of the index, which may be of another writer, in printable characters.
  private static func text(_ line: ArraySlice<UInt8>) -> String {
    let most = 400
    let shown = line.prefix(most).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
    return String(decoding: shown, as: UTF8.self) + (line.count > most ? " ..." : "")
  }
}
