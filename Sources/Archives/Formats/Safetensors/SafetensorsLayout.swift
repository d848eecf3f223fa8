import Tensors

/// A safetensors file to be written: its header's bytes, and its tensors where they will lie.
struct SafetensorsLayout {
  /// A tensor under its name.
  struct Item {
    let name: String
    let tensor: Tensor
  }

  /// The bytes before the buffer.
  let header: [UInt8]
  /// The tensors in the order of the buffer.
  let inFileOrder: [Tensor]

  /// Lays out an archive.
  ///
  /// - Throws: `Failure` (`usage`) that names a leaf or an attribute that cannot be held.
  init(_ archive: Archive) throws {
    let items = try Self.items(archive)
    let order = items.indices.sorted {
      (items[$1].tensor.elementType.byteCount, $0) < (items[$0].tensor.elementType.byteCount, $1)
    }
    var starts = [Int](repeating: 0, count: items.count)
    var position = 0
    for index in order {
      starts[index] = position
      position += items[index].tensor.byteCount
    }
    inFileOrder = order.map { items[$0].tensor }
    var fields = ["\(jsonText(SafetensorsHeader.metadataKey)):{\(try Self.metadata(archive))}"]
    for (item, start) in zip(items, starts) {
      let code = SafetensorsType.code(item.tensor.elementType)
      let shape = item.tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(jsonText(item.name)):{\"dtype\":\"\(code)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(start),\(start + item.tensor.byteCount)]}")
    }
    var text = Array("{\(fields.joined(separator: ","))}".utf8)
    // Blanks fill the header up, so that the buffer begins at a multiple of 8.
    text += [UInt8](repeating: 0x20, count: -text.count & 7)
    guard text.count <= SafetensorsHeader.limit else {
      throw Failure(
        .usage,
        "safetensors files have a header of at most \(SafetensorsHeader.limit) bytes, and this one"
          + " needs \(text.count)")
    }
    header = UInt64(text.count).littleEndianBytes + text
  }

  /// The tensors that a file holds, in the archive's order: each once, by its first name.
  static func items(_ archive: Archive) throws -> [Item] {
    guard case .mapping(_, let entries) = archive.root else {
      throw Failure(.usage, "safetensors files hold a dictionary of tensors")
    }
    var seen: Set<Int> = []
    var names: Set<String> = []
    var items: [Item] = []
    for entry in entries {
      guard case .text(let name) = entry.key, name != SafetensorsHeader.metadataKey,
        name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else {
        throw Failure(
          .usage, place: "\(entry.key)",
          "safetensors files name tensors by text without control characters")
      }
      guard case .tensor(let tensor) = entry.value else {
        throw Failure(
          .usage, place: name, "safetensors files hold tensors only, by one name each")
      }
      guard names.insert(name).inserted else {
        throw Failure(.usage, place: name, "safetensors files have a name once")
      }
      if let number = tensor.layout.sharing, !seen.insert(number).inserted { continue }
      items.append(Item(name: name, tensor: tensor))
    }
    return items
  }

  private static func metadata(_ archive: Archive) throws -> String {
    var texts: [(key: String, value: String)] = []
    var keys: Set<String> = []
    for entry in archive.attributes {
      guard case .text(let key) = entry.key, case .text(let value) = entry.value else {
        throw Failure(
          .usage, place: "attribute \(entry.key)", "safetensors files hold metadata that is text")
      }
      guard keys.insert(key).inserted else {
        throw Failure(
          .usage, place: "attribute \(key)", "safetensors files have a key of metadata once")
      }
      texts.append((key, value))
    }
    if !keys.contains("format") { texts.insert(("format", "pt"), at: 0) }
    return texts.map { "\(jsonText($0.key)):\(jsonText($0.value))" }.joined(separator: ",")
  }
}
