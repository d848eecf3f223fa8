import Tensors

/// A storage of PyTorch's on the stack of a pickle's machine: elements in a row, of which tensors are
/// views.
///
/// One that stands in the tree itself is a record of its class, whose argument is all its elements.
final class TorchStorage: PickleObject {
  /// What tells it from the file's other storages.
  struct Identity: Hashable {
    /// The name of its member, or its key.
    let key: String
    /// Its first element in the storage of that key, of which it may be a part.
    var start = 0
    /// The type of the elements.
    let type: TorchType.Storage
  }

  /// What tells it from the file's other storages.
  let identity: Identity
  /// The number of elements.
  let count: Int
  private let view: TorchView?

  /// A storage of the class `type`.
  ///
  /// - Parameter source: the bytes, exactly as many as `count` elements have; nil while it is not
  ///   known where they are: tensors are None then.
  init(
    _ type: PickleGlobal, _ identity: Identity, count: Int, source: (any ByteSource)?,
    isBigEndian: Bool = false, budget: TorchBudget
  ) throws {
    self.identity = identity
    self.count = count
    view = source.map { TorchView(identity, $0, isBigEndian: isBigEndian, budget) }
    var all = PickleValue.none
    if let view {
      let type: ElementType? = identity.type == .untyped ? .uint8 : nil
      all = try view.tensor(type, offset: 0, shape: [count], strides: [1])
    }
    super.init(type, .call, [all])
  }

  /// The view of the storage that a tensor is.
  ///
  /// - Parameters:
  ///   - type: of the elements, where the storage does not say it.
  ///   - offset: of the first element, in elements.
  /// - Throws: `Failure` where an element would lie outside the storage.
  func tensor(
    _ type: ElementType? = nil, offset: Int, shape: [Int], strides: [Int]
  ) throws -> PickleValue {
    try view?.tensor(type, offset: offset, shape: shape, strides: strides) ?? .none
  }
}

/// The bytes of a storage, as tensors see them.
private struct TorchView {
  /// What identical views have alike.
  private struct Place: Hashable {
    let storage: TorchStorage.Identity
    let type: ElementType
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  private let storage: TorchStorage.Identity
  private let source: any ByteSource
  private let isBigEndian: Bool
  private let budget: TorchBudget

  init(
    _ storage: TorchStorage.Identity, _ source: any ByteSource, isBigEndian: Bool,
    _ budget: TorchBudget
  ) {
    self.storage = storage
    self.source = source
    self.isBigEndian = isBigEndian
    self.budget = budget
  }

  func tensor(
    _ wanted: ElementType? = nil, offset: Int, shape: [Int], strides: [Int]
  ) throws -> PickleValue {
    let place = "storage '\(storage.key)'"
    let type = try elementType(wanted, place: place)
    let (start, overflow) = offset.multipliedReportingOverflow(by: type.byteCount)
    guard offset >= 0, !overflow, start <= source.count else {
      throw Failure(
        place: place, expected: "a tensor that begins within \(source.count) bytes",
        found: "element \(offset) as its first")
    }
    do {
      let tensor = try Tensor(
        type, shape: shape, strides: strides, offset: start, bigEndian: isBigEndian,
        source: type == .bool ? BooleanBytes(source, from: 0, place: place) : source)
      let alias = Place(
        storage: storage, type: type, offset: offset, shape: shape, strides: strides)
      try budget.spend(tensor.byteCount, on: AnyHashable(alias))
      return .tensor(PickleTensor(tensor, alias: AnyHashable(alias)))
    } catch var failure as Failure {
      failure.place = failure.place ?? place
      throw failure
    }
  }

  private func elementType(_ wanted: ElementType?, place: String) throws -> ElementType {
    switch storage.type {
    case .typed(let type) where wanted == nil || wanted == type: return type
    case .typed(let type):
      throw Failure(
        place: place, expected: "elements of \(type.rawValue)",
        found: wanted?.rawValue ?? "none")
    case .untyped:
      guard let wanted else {
        throw Failure(place: place, expected: "the type of a tensor's elements", found: "none")
      }
      return wanted
    }
  }
}
