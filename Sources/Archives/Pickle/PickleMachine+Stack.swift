import Tensors

/// The stack and the memo.
extension PickleMachine {
  mutating func push(_ value: PickleValue) {
    keeper.keep(value)
    stack.append(value)
  }

  func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.underflow }
    return value
  }

  mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw Self.underflow }
    var items: [PickleValue] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(stack.removeLast()) }
    items.reverse()
    return items
  }

  mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw Failure(expected: "a mark on the stack", found: "none")
    }
    return try pop(stack.count - mark)
  }

  mutating func append(_ items: [PickleValue]) throws {
    switch try top() {
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .set:
      sequence.items.append(contentsOf: items)
    case .object(let object) where object.value == nil:
      object.items.append(contentsOf: items)
    case let other: throw Failure(expected: "a list or set to add to", found: other.kind)
    }
  }

  mutating func put(_ pairs: [PickleMapping.Pair]) throws {
    switch try top() {
    case .mapping(let mapping): mapping.pairs.append(contentsOf: pairs)
    case .object(let object) where object.value == nil:
      object.pairs.append(contentsOf: pairs)
    case let other: throw Failure(expected: "a dictionary to put into", found: other.kind)
    }
  }

  func pairs(_ items: [PickleValue]) throws -> [PickleMapping.Pair] {
    guard items.count.isMultiple(of: 2) else {
      throw Failure(expected: "keys and values", found: "a key without a value")
    }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  mutating func remember(_ place: Int?) throws {
    guard let place, place >= 0 else {
      throw Failure(expected: "a place in the memo", found: "none")
    }
    memo[place] = try top()
  }

  func recall(_ place: Int?) throws -> PickleValue {
    guard let place, let value = memo[place] else {
      throw Failure(expected: "a value in the memo", found: place.map { "none at \($0)" } ?? "none")
    }
    return value
  }

  private static var underflow: Failure {
    Failure(expected: "a value on the stack", found: "none")
  }
}
