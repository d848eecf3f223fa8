import HDF5Records
import Tensors

/// The tree that a reader process tells of, checked word by word: nothing it says is believed.
struct ForeignTree {
  private let file: MappedFile
  private var groups: [Group] = [Group(name: "")]
  private var objects = 0
  private var streamed = 0
  private var valueBytes = 0
  private var spill = Spill()
  private var notes: [String] = []

  private static let objectLimit = 1_000_000
  /// The most bytes of elements that do not lie in the file as they are, but compressed.
  ///
  /// Weights compress by a few per cent.
  private static func streamLimit(_ fileSize: Int) -> Int {
    let (product, overflow) = fileSize.multipliedReportingOverflow(by: 100)
    return overflow ? Int.max : max(product, 1 << 24)
  }
  /// The most bytes of attributes and texts.
  private static let valueLimit = 1 << 26

  /// A group whose members are being told.
  private struct Group {
    var name: String
    var attributes: [Node.Entry] = []
    var members: [Node.Entry] = []
    /// Attributes of the dataset that comes next.
    var pending: [(member: String, name: String, value: Node)] = []
    var names: Set<String> = []
    /// Names of attributes: of the group, and of the dataset that comes next.
    var attributeNames: Set<String> = []
    var pendingNames: Set<String> = []

    var path: String { name }
  }

  /// Reads the whole of a file.
  ///
  /// - Parameters:
  ///   - program: that reads it; by default the one beside this program.
  ///   - patience: how long the process may be silent or busy, beside what the file's size gives it.
  /// - Throws: `Failure`; see `Keras.read`.
  static func read(
    _ file: MappedFile, program: String? = nil, patience: Duration = .seconds(60)
  ) throws -> Archive {
    var tree = ForeignTree(file)
    let process = try ReaderProcess(
      file, program: program ?? ReaderProcess.program(), patience: patience)
    while true {
      guard let root = try tree.take(process.next(), from: process) else { continue }
      var archive = Archive(
        .mapping(kind: "group", root.members), format: Keras().name, attributes: root.attributes)
      archive.notes = tree.notes
      return archive
    }
  }

  private init(_ file: MappedFile) { self.file = file }

  /// Takes a record in; the result is the root once the last one is told.
  private mutating func take(_ record: Record, from process: ReaderProcess) throws -> Group? {
    objects += 1
    guard objects <= Self.objectLimit else { throw process.nonsense("too many objects") }
    var group = groups.removeLast()
    defer { groups.append(group) }
    switch record {
    case .group(let name):
      try claim(name, in: &group, process)
      // Above the one that begins are `groups`, the one that is open, and none else.
      guard groups.count + 2 <= Archive.depthLimit else {
        throw process.nonsense("too deep a tree")
      }
      groups.append(group)
      group = Group(name: name)
    case .end:
      guard !groups.isEmpty, group.pending.isEmpty else {
        throw process.nonsense("an end too many")
      }
      let node = Node.mapping(kind: "group", group.attributes + group.members)
      let name = group.name
      group = groups.removeLast()
      group.members.append(Node.Entry(.text(AttributeKey.escaped(name)), node))
    case .attribute(let member, let name, let value):
      try take(attribute: name, of: member, value, in: &group, process)
    case .value(let name, let value):
      try claim(name, in: &group, process)
      try add(name, node(value, at: place(name, in: group), process), to: &group, process)
    case .dataset(let name, let array):
      try claim(name, in: &group, process)
      let tensor = try tensor(array, at: place(name, in: group), process)
      if tensor.elementType == .bfloat16 {
        // Said by the type already.
        group.pending.removeAll { $0.name == "dtype" && $0.value.isText("bfloat16") }
      }
      try add(name, .tensor(tensor), to: &group, process)
    case .failed(let place, let message):
      throw process.refusal(at: place, message)
    case .unfiltered(let code):
      guard objects == 1 else { throw process.nonsense("a late word on its rights") }
      notes.append(ReaderProcess.unfiltered(code))
    case .finished:
      guard groups.isEmpty, group.pending.isEmpty else { throw process.nonsense("an early end") }
      return group
    }
    return nil
  }

  /// Takes note of a member's name.
  private func claim(_ name: String, in group: inout Group, _ process: ReaderProcess) throws {
    guard !name.isEmpty, name.utf8.count <= 1024, !name.utf8.contains(UInt8(ascii: "/")),
      group.names.insert(name).inserted
    else { throw process.nonsense("a name twice, or none") }
  }

  private func place(_ name: String, in group: Group) -> String {
    (groups.dropFirst().map(\.name) + (groups.isEmpty ? [] : [group.name]) + [name])
      .reduce("") { $0 + "/" + $1 }
  }

  private mutating func take(
    attribute name: String, of member: String?, _ value: StoredValue, in group: inout Group,
    _ process: ReaderProcess
  ) throws {
    let place = place(member ?? "", in: group) + "@" + name
    let node = try node(value, at: place, process)
    guard !name.isEmpty else { throw process.nonsense("an attribute without a name") }
    if let member {
      guard group.pending.last.map({ $0.member == member }) ?? true,
        group.pendingNames.insert(name).inserted
      else { throw process.nonsense("attributes of a dataset that is missing") }
      group.pending.append((member, name, node))
      return
    }
    guard group.attributeNames.insert(name).inserted else {
      throw process.nonsense("an attribute twice")
    }
    let key = groups.isEmpty ? name : AttributeKey.key(name)
    group.attributes.append(Node.Entry(.text(key), node))
  }

  /// Adds a dataset after its attributes.
  private func add(
    _ name: String, _ node: Node, to group: inout Group, _ process: ReaderProcess
  ) throws {
    for (member, attribute, value) in group.pending {
      guard member == name else {
        throw process.nonsense("attributes of a dataset that is missing")
      }
      group.members.append(Node.Entry(.text(AttributeKey.key(attribute, of: name)), value))
    }
    group.pending.removeAll()
    group.pendingNames.removeAll()
    group.members.append(Node.Entry(.text(AttributeKey.escaped(name)), node))
  }
}

extension ForeignTree {
  private mutating func node(
    _ value: StoredValue, at place: String, _ process: ReaderProcess
  ) throws -> Node {
    valueBytes += value.byteCount
    guard valueBytes <= Self.valueLimit else { throw process.nonsense("too many texts") }
    switch value {
    case .none: return .none
    case .text(let text): return .text(text)
    case .bytes(let bytes): return .bytes(bytes)
    case .texts(let texts): return .sequence(kind: "list", texts.map(Node.text))
    case .byteRows(let rows): return .sequence(kind: "list", rows.map(Node.bytes))
    case .numbers(let stored, let bytes):
      let (type, shape) = try checked(stored, process)
      let tensor = try Tensor(
        type, shape: shape, bigEndian: stored.isBigEndian,
        source: source(HeapBytes(bytes), of: type, at: place))
      guard bytes.count == tensor.byteCount else { throw process.nonsense("elements too many") }
      return try Self.scalar(tensor) ?? .tensor(tensor)
    }
  }

  /// A number of the types that a `Node` holds as itself.
  private static func scalar(_ tensor: Tensor) throws -> Node? {
    guard tensor.shape.isEmpty, !tensor.layout.isBigEndian else { return nil }
    switch tensor.elementType {
    case .int64: return try tensor.integers()?.first.map(Node.integer)
    case .float64: return try tensor.doubles().first.map(Node.real)
    case .bool: return try tensor.integers()?.first.map { .bool($0 != 0) }
    default: return nil
    }
  }

  private mutating func tensor(
    _ array: StoredArray, at place: String, _ process: ReaderProcess
  ) throws -> Tensor {
    let (type, shape) = try checked(array.type, process)
    guard let elements = Tensor.elementCount(of: shape),
      case let (byteCount, overflow) = elements.multipliedReportingOverflow(by: type.byteCount),
      !overflow
    else { throw process.nonsense("a shape that overflows") }
    let bytes: any ByteSource
    switch array.place {
    case .file(let offset):
      guard let start = Int(exactly: offset), byteCount <= file.count,
        start <= file.count - byteCount
      else {
        throw Failure(
          file: file.path, place: ReaderProcess.printable(place),
          expected: "\(byteCount) bytes at byte \(offset)", found: "\(file.count) bytes in all")
      }
      bytes = ByteSlice(file, start..<start + byteCount)
    case .streamed(let count):
      guard count == UInt64(byteCount) else { throw process.nonsense("elements too many") }
      let limit = Self.streamLimit(file.count)
      guard byteCount <= limit - streamed else {
        throw Failure(
          file: file.path, place: ReaderProcess.printable(place),
          expected: "at most \(limit) bytes in a file of \(file.count)", found: "more")
      }
      streamed += byteCount
      bytes = try unsafe spill.add(byteCount) { try unsafe process.elements(into: $0) }
    }
    return try Tensor(
      type, shape: shape, bigEndian: array.type.isBigEndian,
      source: source(bytes, of: type, at: place))
  }

  private func source(
    _ bytes: any ByteSource, of type: ElementType, at place: String
  ) -> any ByteSource {
    type == .bool ? BooleanBytes(bytes, from: 0, place: ReaderProcess.printable(place)) : bytes
  }

  /// The type and shape, as ours.
  private func checked(
    _ stored: StoredType, _ process: ReaderProcess
  ) throws -> (ElementType, [Int]) {
    let shape = stored.shape.compactMap { Int(exactly: $0) }
    guard let type = ElementType(rawValue: stored.element), shape.count == stored.shape.count,
      shape.count <= 32
    else { throw process.nonsense("a type or a shape that does not exist") }
    return (type, shape)
  }
}

extension StoredValue {
  fileprivate var byteCount: Int {
    switch self {
    case .none: 16
    case .numbers(_, let bytes), .bytes(let bytes): 64 + bytes.count
    case .text(let text): 64 + text.utf8.count
    case .texts(let texts): texts.reduce(64) { $0 + 64 + $1.utf8.count }
    case .byteRows(let rows): rows.reduce(64) { $0 + 64 + $1.count }
    }
  }
}

extension Node {
  fileprivate func isText(_ text: String) -> Bool {
    if case .text(text) = self { true } else { false }
  }
}
