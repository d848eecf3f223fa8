import Tensors

/// The members of a zip file that PyTorch wrote: a root directory, and what is in it.
///
/// Source: `torch/serialization.py` and `caffe2/serialize/inline_container.cc`, versions 1.4 to 2.13.
struct TorchMembers {
  /// The zip file.
  let zip: ZipReader
  /// The name before the first `/`, which all members share.
  let root: String
  /// Whether numbers of more than a byte are big-endian.
  let isBigEndian: Bool
  /// Whether the writer was told to leave checksums out: then all are 0.
  private let hasChecksums: Bool

  /// The newest version of the format that PyTorch 2.13 reads.
  private static let newestVersion = 10
  /// The most bytes of a member that is a short text.
  private static let textLimit = 64
  /// The object, as a pickle.
  static let object = "data.pkl"

  /// Reads the directory of `file`.
  ///
  /// - Throws: `Failure` where it is no zip file, where members lie outside one root, or where the
  ///   version or the byte order is unknown.
  init(_ file: any ByteSource) throws {
    zip = try ZipReader(file)
    guard let name = zip.members.first(where: { $0.name.hasSuffix("/\(Self.object)") })?.name else {
      throw Failure(expected: "a member '*/\(Self.object)'", found: "none")
    }
    root = String(name.dropLast(Self.object.count + 1))
    let prefix = root + "/"
    guard !root.isEmpty, !root.contains("/"),
      zip.members.allSatisfy({ $0.name.utf8.starts(with: prefix.utf8) })
    else {
      throw Failure(expected: "all members in one directory", found: "others beside '\(name)'")
    }
    hasChecksums = zip.members.contains { $0.checksum != 0 }
    if let version = try Self.text("version", root, zip), !version.isEmpty {
      let digits = version.last == "\n" ? version.dropLast() : version[...]
      guard let number = Int(digits), (1...Self.newestVersion).contains(number) else {
        throw Failure(
          place: "member '\(prefix)version'", expected: "a version from 1 to \(Self.newestVersion)",
          found: "'\(digits)'")
      }
    }
    let order = try Self.text("byteorder", root, zip) ?? "little"
    guard ["little", "big"].contains(order) else {
      throw Failure(
        place: "member '\(prefix)byteorder'", expected: "'little' or 'big'", found: "'\(order)'")
    }
    isBigEndian = order == "big"
  }

  /// The member called `name` below the root, or nil.
  subscript(name: String) -> ZipMember? { zip["\(root)/\(name)"] }

  /// Whether the file is a program: TorchScript's code, with its constants beside it.
  var isProgram: Bool {
    self["constants.pkl"] != nil || zip.members.contains { $0.name.hasPrefix("\(root)/code/") }
  }

  /// The content of a member; its checksum is looked at when the bytes are first asked for, unless
  /// the writer left all of them out.
  func content(of member: ZipMember) -> any ByteSource {
    zip.content(of: member, checked: hasChecksums)
  }

  /// The text of a short member, or nil where there is none.
  private static func text(_ name: String, _ root: String, _ zip: ZipReader) throws -> String? {
    guard let member = zip["\(root)/\(name)"] else { return nil }
    guard member.size <= textLimit,
      let text = String(validating: try zip.beginning(of: member, count: textLimit), as: UTF8.self)
    else {
      throw Failure(
        place: "member '\(member.name)'", expected: "a text of at most \(textLimit) bytes",
        found: "\(member.size) bytes")
    }
    return text
  }

  /// Whether `file` begins as a zip file, and has an object where PyTorch puts it.
  ///
  /// A file that is cut short has no directory; it is known by its first member.
  static func recognises(_ file: MappedFile, program: Bool) -> Bool {
    guard (try? file.firstBytes(4)) == ZipSignature.local.littleEndianBytes else { return false }
    guard let names = try? ZipReader.names(in: file) else {
      return !program && (try? ZipReader.firstName(in: file))?.hasSuffix("/\(object)") == true
    }
    guard names.contains(where: { $0.hasSuffix("/\(object)") }) else { return false }
    let isProgram = names.contains { name in
      guard let slash = name.firstIndex(of: "/") else { return false }
      let rest = name[name.index(after: slash)...]
      return rest == "constants.pkl" || rest.hasPrefix("code/")
    }
    return isProgram == program
  }
}

extension TorchMembers {
  /// The tree of the object; tensors are views of the members that are storages.
  ///
  /// - Throws: `Failure` where the pickle or a storage is damaged.
  func tree() throws -> Node {
    guard let member = self[Self.object] else {
      throw Failure(expected: "a member '\(root)/\(Self.object)'", found: "none")
    }
    let source = try content(of: member).resolved()
    let storages = TorchZipStorages(self)
    let pickle = try Pickle(source, .torch { try storages.storage($0) })
    guard pickle.end == source.count else {
      throw Failure(
        place: "member '\(member.name)'", expected: "the end of the pickle at byte \(pickle.end)",
        found: "\(source.count - pickle.end) bytes more")
    }
    return try pickle.node()
  }
}
