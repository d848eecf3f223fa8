import Tensors

/// The storages of a file of the old kind: noted by a first reading, placed, and given to a second.
final class TorchLegacyStorages {
  /// What the file says of a storage.
  private struct Entry {
    let elements: TorchType.Storage
    let count: Int
    var source: (any ByteSource)?
  }

  private let budget: TorchBudget
  private var entries: [String: Entry] = [:]
  private var storages: [TorchStorage.Identity: TorchStorage] = [:]

  /// The storages of a file of `count` bytes.
  init(fileOf count: Int) { budget = TorchBudget(fileOf: count) }

  /// Notes the class and the count of the storage that `id` names; it has no bytes yet.
  ///
  /// - Throws: `Failure` where another id says something else of the same storage.
  func note(_ id: PickleValue) throws -> PickleValue {
    if let source = Self.sourceOfClass(id) { return source }
    let id = try TorchPersistentID(id)
    if let known = entries[id.key] {
      guard known.elements == id.elements, known.count == id.count else {
        throw Failure(
          place: "storage '\(id.key)'", expected: "one class and one count of it", found: "others")
      }
    } else {
      entries[id.key] = Entry(elements: id.elements, count: id.count)
    }
    return .object(
      try TorchStorage(
        id.type, TorchStorage.Identity(key: id.key, type: id.elements), count: id.count,
        source: nil, budget: budget))
  }

  /// Gives the storage called `key` its bytes, which begin with their count at `position`, and says
  /// where they end.
  ///
  /// - Throws: `Failure` where nothing names it, or where the count is another.
  func place(_ key: String, in file: any ByteSource, at position: Int) throws -> Int {
    let place = "storage '\(key)' at byte \(position)"
    guard let entry = entries[key], entry.source == nil else {
      throw Failure(
        place: place, expected: "storages that the object names, once", found: "another")
    }
    guard file.count - position >= 8 else {
      throw Failure(place: place, expected: "8 bytes of count", found: "\(file.count - position)")
    }
    let count = try unsafe file.withCheckedBytes {
      Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self))
    }
    guard count == entry.count else {
      throw Failure(place: place, expected: "\(entry.count) elements", found: "\(count)")
    }
    let (bytes, overflow) = entry.count.multipliedReportingOverflow(by: entry.elements.byteCount)
    let start = position + 8
    guard !overflow, bytes <= file.count - start else {
      throw Failure(
        place: place, expected: "\(overflow ? "2^63 or more" : "\(bytes)") bytes",
        found: "\(file.count - start)")
    }
    entries[key]?.source = ByteSlice(file, start..<start + bytes)
    return start + bytes
  }

  /// The storage that `id` names, or the part of it that the id asks for.
  ///
  /// - Throws: `Failure` where it has no bytes, or a part lies outside it.
  func storage(_ id: PickleValue) throws -> PickleValue {
    if let source = Self.sourceOfClass(id) { return source }
    let id = try TorchPersistentID(id)
    let place = "storage '\(id.key)'"
    guard let entry = entries[id.key], let source = entry.source else {
      throw Failure(place: place, expected: "its elements after the pickles", found: "none")
    }
    var range = 0..<id.count
    if let part = id.part.tuple {
      guard part.count == 3, let start = part[1].integer, let count = part[2].integer, start >= 0,
        count >= 0, start <= id.count, count <= id.count - start
      else {
        throw Failure(
          place: place, expected: "a part within its \(id.count) elements", found: "another")
      }
      range = start..<start + count
    }
    let identity = TorchStorage.Identity(
      key: id.key, start: range.lowerBound, type: id.elements)
    if let known = storages[identity], known.count == range.count { return .object(known) }
    let width = id.elements.byteCount
    let storage = try TorchStorage(
      id.type, identity, count: range.count,
      source: ByteSlice(source, range.lowerBound * width..<range.upperBound * width),
      budget: budget)
    storages[identity] = storage
    return .object(storage)
  }

  /// The class in `('module', class, file, source)`, as which the class of a module that was saved
  /// whole is written with its source; nil of other ids.
  private static func sourceOfClass(_ id: PickleValue) -> PickleValue? {
    guard let parts = id.tuple, parts.count >= 2, parts[0].name == "module" else { return nil }
    return parts[1]
  }
}
