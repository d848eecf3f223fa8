import Tensors

/// The storages of a file of PyTorch's, each a member of the zip file.
final class TorchZipStorages {
  private let members: TorchMembers
  private let budget: TorchBudget
  private var storages: [String: TorchStorage] = [:]

  /// The storages of `members`.
  init(_ members: TorchMembers) {
    self.members = members
    budget = TorchBudget(fileOf: members.zip.members.reduce(0) { $0 + $1.range.count })
  }

  /// The storage that a persistent id names; the same for the same key.
  ///
  /// - Throws: `Failure` where there is no such member, or one of another size.
  func storage(_ id: PickleValue) throws -> PickleValue {
    let id = try TorchPersistentID(id)
    if let known = storages[id.key] {
      guard known.identity.type == id.elements, known.count == id.count else {
        throw Failure(
          place: "storage '\(id.key)'", expected: "one class and one count of it", found: "others")
      }
      return .object(known)
    }
    guard let member = members["data/\(id.key)"] else {
      throw Failure(
        place: "storage '\(id.key)'", expected: "a member '\(members.root)/data/\(id.key)'",
        found: "none")
    }
    let (bytes, overflow) = id.count.multipliedReportingOverflow(by: id.elements.byteCount)
    guard !overflow, bytes == member.size else {
      throw Failure(
        place: "member '\(member.name)'",
        expected: "\(overflow ? "2^63 or more" : "\(bytes)") bytes for \(id.count) elements",
        found: "\(member.size)")
    }
    let storage = try TorchStorage(
      id.type, TorchStorage.Identity(key: id.key, type: id.elements), count: id.count,
      source: members.content(of: member), isBigEndian: members.isBigEndian,
      budget: budget)
    storages[id.key] = storage
    return .object(storage)
  }
}
