public import Tensors

/// All places where a file breaks the strict profile, for those who write native files themselves.
///
/// A reader stops at the first; this one goes on wherever what comes behind can still be read: it knows
/// the forms that libraries give to headers, links and attributes outside the profile.
public struct ProfileCheck: Sendable {
  /// Rules that could not be checked, and why.
  public struct Unchecked: Hashable, Sendable {
    /// The rules.
    public let rules: [ProfileRule]
    /// The reason, in a sentence.
    public let reason: String
  }

  /// What breaks a rule, in the order of the rules; in the file's order for one rule.
  public let findings: [ProfileFinding]
  /// Findings beyond the most that are kept.
  public let omitted: Int
  /// What could not be checked.
  public let unchecked: [Unchecked]
  /// The datasets whose headers could be read.
  public let datasets: [NativeDataset]
  /// The root's attributes that could be read, sorted by name.
  public let rootAttributes: [NativeAttribute]
  /// Whether there are no other datasets in the file than `datasets`, as far as anything shows.
  public let sawAllDatasets: Bool
  /// Whether the file is of a newer minor version, which may have more than this program knows.
  public let isNewerMinor: Bool

  /// Reads a whole file.
  ///
  /// - Parameter progress: called with the number of bytes hashed so far, one call at a time.
  /// - Throws: `Failure` (`inputOutput`) where the file cannot be read.
  public init(
    _ file: MappedFile, threads: Int = 2, progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    try self.init(
      file, datasetLimit: NativeLayout.datasetLimit, threads: threads, progress: progress)
  }

  init(
    _ file: MappedFile, datasetLimit: Int, threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let list = ProfileFindings()
    func subject(_ path: String) -> Subject {
      Subject(file: file.path, path: path, findings: list)
    }
    let walk = try unsafe file.withCheckedBytes { bytes in
      var walk = ProfileWalk(
        bytes, file: file.path, datasetLimit: datasetLimit, findings: list)
      let whole: Void? = try subject("file").attempt(hidesBytes: true, hidesDatasets: true) {
        _ = try walk.run()
      }
      return (walk, reachedEnd: whole != nil)
    }
    let datasets = try walk.0.datasets.map { try NativeDataset($0.path, $0.header, in: file) }
    let every = EveryByte(file, findings: list)
    var unchecked: [Unchecked] = []
    if !walk.reachedEnd {
      let found = Set(list.list.map(\.rule))
      unchecked.append(
        Unchecked(
          rules: ProfileRule.allCases.filter { !found.contains($0) },
          reason: "the root group cannot be reached or read"))
    } else if list.hidesBytes {
      unchecked.append(
        Unchecked(
          rules: [.overlap, .tail, .gap],
          reason: "not every part of the file was found, so that nobody knows what is unused"))
    } else {
      try every.checkGaps(between: walk.0.extents)
    }
    try every.checkDigests(of: datasets, threads: threads, progress: progress)
    let version =
      walk.reachedEnd
      ? try subject("/").attempt {
        try NativeFile.version(walk.0.rootAttributes, of: subject("/"))
      } : nil
    if walk.reachedEnd, list.hidesDatasets {
      unchecked.append(
        Unchecked(
          rules: [.digest, .indexPlace, .index],
          reason: "there may be datasets whose headers cannot be read; the others were checked"))
    }
    let isListed = datasets.contains { $0.path == NativeLayout.indexPath }
    if walk.reachedEnd, isListed || !list.hidesDatasets {
      try subject("/" + NativeLayout.indexPath).attempt {
        let index = try NativeFile.index(
          datasets, of: subject("/" + NativeLayout.indexPath), fileSize: file.count)
        guard let version, !list.hidesDatasets else { return }
        try every.checkIndex(index, of: datasets, minor: version.minor)
      }
    }
    let order = Dictionary(
      uniqueKeysWithValues: zip(ProfileRule.allCases, ProfileRule.allCases.indices))
    findings = list.list.enumerated().sorted { left, right in
      let (one, other) = (order[left.element.rule] ?? 0, order[right.element.rule] ?? 0)
      return (one, left.element.offset ?? 0, left.offset)
        < (other, right.element.offset ?? 0, right.offset)
    }.map(\.element)
    omitted = list.omitted
    self.unchecked = unchecked
    self.datasets = datasets
    rootAttributes = walk.0.rootAttributes
    sawAllDatasets = !list.hidesDatasets
    isNewerMinor = (version?.minor ?? 0) > NativeLayout.version.minor
  }

  /// Whether the file begins as HDF5: with the signature, or with one behind a user block.
  public static func isHDF5(_ file: MappedFile) throws -> Bool {
    try unsafe file.withCheckedBytes { bytes in
      var start = 0
      while start + 8 <= bytes.count {
        if Superblock.isSignature(CheckedBytes(rebasing: bytes[start...])) { return true }
        start = start == 0 ? 512 : start * 2
      }
      return false
    }
  }
}
