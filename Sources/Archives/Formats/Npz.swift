import Tensors

/// NumPy's archive of named arrays (`numpy.savez`): a zip file of npy files.
///
/// The archive's root is a dictionary whose keys are the members' names without `.npy`, whole even
/// where they hold `/`, in the order of the zip's central directory. Stored members are views of the
/// mapped file; compressed ones are inflated, one at a time, when their bytes are asked for.
public struct Npz: ArchiveFormat {
  private static let ending = ".npy"
  /// The most bytes of texts, which are read when the archive is: they may be inflated a
  /// thousandfold.
  private static let textLimit = 1 << 24
  let method: ZipMember.Method

  /// The format.
  ///
  /// - Parameter compressed: whether members are written deflated, as `numpy.savez_compressed`
  ///   writes them; reading takes either.
  public init(compressed: Bool = false) { method = compressed ? .deflated : .stored }

  /// `npz`.
  public var name: String { "npz" }
  /// What people call it.
  public var title: String { "NumPy archive" }
  /// `npz`.
  public var extensions: [String] { ["npz"] }
  /// A dictionary of arrays.
  public var isFlat: Bool { true }

  /// Whether the file is a zip file whose first member is an npy file, or that has no members.
  public func recognises(_ file: MappedFile) -> Bool {
    let first = try? unsafe file.withCheckedBytes { bytes -> [UInt8]? in
      var fields = ZipFields(bytes, 0..<bytes.count, place: "")
      let signature = try fields.word()
      guard signature == ZipSignature.local else {
        return signature == ZipSignature.end ? Array(Self.ending.utf8) : nil
      }
      try fields.skip(22)
      let length = try fields.short()
      try fields.skip(2)
      return try fields.bytes(Int(length))
    }
    return first?.suffix(Self.ending.utf8.count) == Array(Self.ending.utf8)[...]
  }

  /// Reads the zip's directory and every array's header; the elements stay where they are.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let zip = try ZipReader(file)
      var textSize = 0
      let entries = try zip.members.map { member in
        let value = try Self.value(of: member, in: zip)
        if isRead(value, member) { textSize += member.size }
        guard textSize <= Self.textLimit else {
          throw Failure(
            place: "member '\(member.name)'",
            expected: "at most \(Self.textLimit) bytes of texts in all", found: "more")
        }
        return (String(member.name.dropLast(Self.ending.count)), value)
      }
      return Archive(.dict(entries), format: name)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes an archive whose root is a dictionary under text keys.
  ///
  /// Tensors, numbers and texts are arrays of their type; other values are arrays of one object, which
  /// NumPy loads with `allow_pickle=True`.
  /// The same archive gives the same bytes. A stored array's elements begin at a multiple of 64.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    guard case .mapping(_, let entries) = archive.root else {
      throw Failure(.usage, "\(title) files hold a dictionary of arrays")
    }
    let members = try entries.map { entry -> (key: String, value: Node, array: NpyArray?) in
      guard case .text(let key) = entry.key, !key.isEmpty else {
        throw Failure(.usage, place: "\(entry.key)", "\(title) files name arrays by text")
      }
      let isObject = NpyObjects.holds(entry.value)
      return (key, entry.value, isObject ? nil : try NpyArray(entry.value, at: key, title: title))
    }
    let zip = ZipWriter(file)
    for (key, value, array) in members {
      if let array {
        try unsafe zip.add(key + Self.ending, size: array.size, method: method) {
          try unsafe array.write($0)
        }
        continue
      }
      let objects = NpyObjects(value)
      try unsafe zip.add(key + Self.ending, size: try objects.size(), method: method) { output in
        try unsafe withoutActuallyEscaping(output) { try unsafe objects.write($0) }
      }
    }
    try zip.finish()
  }

  /// Whether reading the archive took the member's bytes into memory.
  private func isRead(_ value: Node, _ member: ZipMember) -> Bool {
    switch value {
    case .tensor: false
    case .text, .bytes: true
    default: member.method == .deflated
    }
  }

  private static func value(of member: ZipMember, in zip: ZipReader) throws -> Node {
    let place = "member '\(member.name)'"
    guard member.name.hasSuffix(ending), member.name != ending else {
      throw Failure(place: place, expected: "a name that ends in .npy", found: "another")
    }
    do {
      return try NpyArray.read(
        zip.content(of: member), place: place,
        objectLimit: member.method == .deflated ? textLimit : .max
      ) {
        try zip.beginning(of: member, count: $0)
      }
    } catch var failure as Failure {
      if failure.place != place {
        failure.place = [place, failure.place].compactMap { $0 }.joined(separator: ", ")
      }
      throw failure
    }
  }
}
