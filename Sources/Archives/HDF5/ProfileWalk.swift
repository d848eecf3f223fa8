import Tensors

/// The way through a native file from the root to every dataset, checking each header once.
struct ProfileWalk {
  /// A group's members, or the position of a dataset in `datasets`.
  indirect enum Member: Sendable {
    case group([(name: String, member: Member)])
    case dataset(Int)
  }

  /// A dataset's path without leading slash, and its header.
  typealias Found = (path: String, header: DatasetHeader)

  /// The parts of the file that are accounted for: headers and storage.
  private(set) var extents: [Range<Int>] = []
  private(set) var datasets: [Found] = []
  private(set) var rootAttributes: [NativeAttribute] = []

  private let bytes: CheckedBytes
  private let file: String
  private let datasetLimit: Int
  private let findings: ProfileFindings?
  private var visited: Set<UInt64> = []
  private var extentBytes = 0

  /// A walk through a whole file that may hold `datasetLimit` datasets.
  ///
  /// - Parameter findings: takes what breaks a rule; the walk then goes on where it can.
  init(
    _ bytes: CheckedBytes, file: String, datasetLimit: Int,
    findings: ProfileFindings? = nil
  ) {
    self.bytes = bytes
    self.file = file
    self.datasetLimit = datasetLimit
    self.findings = findings
  }

  /// Checks all headers; the result is the root group.
  mutating func run() throws -> Member {
    let superblock = try Superblock(bytes, file: file, findings: findings)
    try add(0..<Superblock.byteCount, of: subject("superblock"))
    let root = try visit(superblock.root, path: "", depth: 0)
    if findings?.hidesBytes != true { try checkExtents() }
    return root
  }

  private func subject(_ path: String) -> Subject {
    Subject(file: file, path: path, findings: findings)
  }

  private mutating func visit(_ address: UInt64, path: String, depth: Int) throws -> Member {
    let subject = subject("/" + path)
    guard visited.insert(address).inserted else {
      let failure = subject.failure(
        .oneLink, at: Int(clamping: address), expected: "an object of its own",
        found: "one that another link leads to")
      // What is there was seen on the other way.
      if subject.goesOn { throw ProfileStop() }
      throw failure
    }
    let header = try ObjectHeader(bytes, at: address, of: subject)
    for block in header.blocks { try add(block, of: subject) }
    if depth == 0 || header.messages(.layout).isEmpty {
      return try visitGroup(header, path: path, depth: depth)
    }
    try subject.require(
      datasets.count < datasetLimit, .datasetCount, at: Int(clamping: address),
      expected: "at most \(datasetLimit) datasets", found: "more")
    let (dataset, storage) = try DatasetHeader.read(header, fileSize: bytes.count)
    if let storage, !storage.isEmpty { try add(storage, of: subject) }
    guard let dataset else { throw ProfileStop() }
    datasets.append((path, dataset))
    return .dataset(datasets.count - 1)
  }

  private mutating func visitGroup(
    _ header: ObjectHeader, path: String, depth: Int
  ) throws -> Member {
    let links = try header.links()
    let attributes = try header.attributes()
    if depth == 0 {
      rootAttributes = attributes
    } else {
      try header.subject.require(
        attributes.isEmpty, .attributePlace, at: header.blocks.first?.lowerBound, goingOn: true,
        expected: "a group without attributes", found: "\(attributes.count)")
    }
    try header.subject.require(
      links.isEmpty || depth < NativeLayout.depthLimit, .depth, at: header.blocks.first?.lowerBound,
      expected: "paths of at most \(NativeLayout.depthLimit) names", found: "a longer one")
    var members: [(name: String, member: Member)] = []
    for link in links {
      let path = path.isEmpty ? link.name : path + "/" + link.name
      let member = try visitMember(at: link.address, path: path, depth: depth + 1)
      if let member { members.append((link.name, member)) }
    }
    return .group(members)
  }

  /// Visits a member; nil where it cannot be read and the walk goes on without it.
  private mutating func visitMember(
    at address: UInt64, path: String, depth: Int
  ) throws -> Member? {
    guard let findings else { return try visit(address, path: path, depth: depth) }
    do {
      return try visit(address, path: path, depth: depth)
    } catch is ProfileStop {
      // A dataset whose parts were all looked at.
      return nil
    } catch is Failure {
      findings.hide()
      return nil
    }
  }

  /// Accounts for a part of the file.
  ///
  /// The sum is checked at once, so that overlapping headers
  /// cannot make the walk read more than the file twice.
  private mutating func add(_ extent: Range<Int>, of subject: Subject) throws {
    extentBytes = min(extentBytes, Int.max - extent.count) + extent.count
    try subject.require(
      extentBytes <= bytes.count, .overlap, at: extent.lowerBound,
      expected: "blocks and storage that do not overlap",
      found: "\(extentBytes) bytes of them in a file of \(bytes.count)")
    extents.append(extent)
  }

  /// Checks that no two extents share a byte, and that the file ends with the last one.
  private mutating func checkExtents() throws {
    extents.sort { $0.lowerBound < $1.lowerBound }
    let subject = subject("file")
    var end = 0
    for extent in extents {
      try subject.require(
        end <= extent.lowerBound, .overlap, at: extent.lowerBound, goingOn: true,
        expected: "a block or storage after byte \(end)", found: "one before it")
      end = max(end, extent.upperBound)
    }
    try subject.require(
      end == bytes.count, .tail, at: end, goingOn: true, expected: "the end of the file",
      found: "\(bytes.count - end) more bytes")
  }
}
