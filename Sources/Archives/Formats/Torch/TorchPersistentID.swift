import Tensors

/// What PyTorch's pickles say in place of a storage: its class, its key and its size.
struct TorchPersistentID {
  /// The class.
  let type: PickleGlobal
  /// What the class says of the elements.
  let elements: TorchType.Storage
  /// The storage's key.
  let key: String
  /// The number of elements.
  let count: Int
  /// What follows in files of the old kind: which part of the storage is meant.
  let part: PickleValue

  /// Takes apart `('storage', class, key, device, count)` and, of old files, what follows.
  ///
  /// - Throws: `Failure` where it is something else.
  init(_ id: PickleValue) throws {
    guard let parts = id.tuple, (5...6).contains(parts.count), parts[0].name == "storage",
      case .global(let type) = parts[1], let count = parts[4].integer, count >= 0,
      let key = parts[2].name ?? parts[2].integer.map({ String($0) })
    else {
      throw Failure(
        place: "persistent id", expected: "'storage', a class, a key, a device and a count",
        found: id.tuple.map { "(\($0.map(\.kind).joined(separator: ", ")))" } ?? id.kind)
    }
    self.type = type
    self.key = key
    self.count = count
    part = parts.count == 6 ? parts[5] : .none
    elements = try TorchType.storage(type.module, type.name, place: "storage '\(key)'")
  }
}
