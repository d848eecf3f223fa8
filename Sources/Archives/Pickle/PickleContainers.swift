import Tensors

/// A value with parts, which later opcodes can add to; the base of the three kinds.
///
/// Containers can hold each other in circles, and nest as deep as a file is long. So `PickleKeeper`
/// keeps them all and empties them one by one: neither is a leak, or a recursion without end.
class PickleContainer {
  /// What a walk over the tree has found out about it.
  var measure: PickleMeasure.State = .unknown
  fileprivate(set) var isKept = false

  /// Drops the parts.
  func removeAll() {}
}

/// Keeps the containers of a pickle, and empties them at the end.
final class PickleKeeper {
  private var containers: [PickleContainer] = []

  /// Keeps the container that `value` is, if it is one.
  func keep(_ value: PickleValue) {
    guard let container = value.container, !container.isKept else { return }
    container.isKept = true
    containers.append(container)
  }

  deinit { for container in containers { container.removeAll() } }
}

/// A list, tuple or set.
final class PickleSequence: PickleContainer {
  /// The kinds; the raw value is Python's name.
  enum Kind: String {
    case list, tuple, set, frozenset
  }

  /// What it is.
  let kind: Kind
  /// Its parts.
  var items: [PickleValue]

  /// A sequence.
  init(_ kind: Kind, _ items: [PickleValue] = []) {
    self.kind = kind
    self.items = items
  }

  override func removeAll() { items = [] }
}

/// A dictionary, or a mapping of a class that is known to be one.
final class PickleMapping: PickleContainer {
  /// A key and its value.
  typealias Pair = (key: PickleValue, value: PickleValue)

  /// `dict`, `OrderedDict`, `frozendict`, ...: the kind in the tree.
  let kind: String
  /// The pairs in the order in which they were put in.
  var pairs: [Pair]

  /// A mapping.
  init(_ kind: String = "dict", _ pairs: [Pair] = []) {
    self.kind = kind
    self.pairs = pairs
  }

  override func removeAll() { pairs = [] }
}

/// An object of a class: what it was made from, kept as data.
///
/// A class that means a value (an array, a data type) is a subclass, and sets `value` when it knows
/// it; any other object is an inert record.
class PickleObject: PickleContainer {
  /// How an object is made.
  enum Making {
    /// By calling the class or function.
    case call
    /// By the class's `__new__`.
    case new
  }

  /// Its class, or the function that would make it.
  let type: PickleGlobal
  /// How it is made.
  let making: Making
  /// What it is made from.
  private(set) var arguments: [PickleValue]
  /// What it is made from, by name.
  private(set) var keywords: [PickleMapping.Pair]
  /// What its `__setstate__` is given.
  private(set) var state: PickleValue?
  /// What is appended to it.
  var items: [PickleValue] = []
  /// What is put into it under keys.
  var pairs: [PickleMapping.Pair] = []
  /// The value that the object stands for, once it is known.
  var value: PickleValue?

  /// An object of the class `type`.
  init(
    _ type: PickleGlobal, _ making: Making, _ arguments: [PickleValue] = [],
    keywords: [PickleMapping.Pair] = []
  ) {
    self.type = type
    self.making = making
    self.arguments = arguments
    self.keywords = keywords
  }

  /// Takes the state that the pickle gives the object.
  ///
  /// - Throws: `Failure` where a subclass finds the state wrong.
  func build(_ state: PickleValue) throws { self.state = state }

  override func removeAll() {
    arguments = []
    keywords = []
    state = nil
    items = []
    pairs = []
    value = nil
  }
}

/// An array whose elements are bytes of the file.
final class PickleTensor {
  /// The elements.
  let tensor: Tensor
  /// Arrays of one key are one array; nil where only the same object is.
  let alias: AnyHashable?

  /// An array.
  init(_ tensor: Tensor, alias: AnyHashable? = nil) {
    self.tensor = tensor
    self.alias = alias
  }

  /// What tells one array from another.
  var identity: AnyHashable { alias ?? AnyHashable(ObjectIdentifier(self)) }
}
