import FoundationEssentials
import Tensors

extension Checkpoint {
  /// Sets a field of the contract or the recipe by the user's word.
  ///
  /// Words are `encoder.padding=symmetric`,
  /// `bn.eps=1e-3`, `recipe.tau.base=0.996`. The field's origin becomes `flag`.
  ///
  /// - Throws: `Failure` (`usage`) where there is no such field or the value does not fit.
  public mutating func set(_ assignment: String) throws {
    let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw Failure(
        .usage, "--set takes FIELD=VALUE (encoder.padding=symmetric), not '\(assignment)'")
    }
    var path = parts[0].split(separator: ".").map(String.init)
    let isRecipe = path.first == "recipe"
    if isRecipe || path.first == "contract" { path.removeFirst() }
    let field = (isRecipe ? "recipe." : "contract.") + path.joined(separator: ".")
    do {
      if isRecipe {
        let new = try changed(recipe, path, parts[1])
        try new.check()
        recipe = new
      } else {
        let new = try changed(contract, path, parts[1])
        try new.check()
        guard provenance.origins[field] != .inferred || new == contract else {
          throw Failure(.usage, "the tensors show this field, and they show another value")
        }
        contract = new
      }
    } catch let failure as Failure {
      throw Failure(.usage, "--set \(assignment): \(failure.message)")
    }
    provenance.origins[field] = .flag
  }

  private func changed<Value: Codable>(
    _ value: Value, _ path: [String], _ text: String
  ) throws -> Value {
    var json = try JSONDecoder().decode(JSONValue.self, from: Data(try jsonBytes(value)))
    let parsed = (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .text(text)
    let name = path.joined(separator: ".")
    let before = json.fields().map(\.path)
    guard !path.isEmpty, json.set(path[...], to: parsed) else {
      throw Failure(
        .usage, "there is no field \(name); there are \(before.joined(separator: ", "))")
    }
    let changed: Value
    do {
      changed = try JSONDecoder().decode(Value.self, from: Data(try jsonBytes(json)))
    } catch {
      throw Failure(.usage, "\(text) is no value of this field\(allowed(error))")
    }
    // A field that does not exist is not decoded, and so does not come back.
    let after = try JSONDecoder().decode(JSONValue.self, from: Data(try jsonBytes(changed)))
    guard after.value(at: path[...]) == parsed else {
      throw Failure(
        .usage, "there is no field \(name); there are \(before.joined(separator: ", "))")
    }
    return changed
  }

  /// The words that a field of words has, where the decoder refused another one.
  private func allowed(_ error: any Error) -> String {
    guard case DecodingError.dataCorrupted(let context)? = error as? DecodingError else {
      return ""
    }
    let words: [String: [String]] = [
      "padding": ["same", "symmetric"], "pool_padding": ["same", "symmetric"],
      "block": ["basic", "bottleneck"], "running_variance": ["biased", "unbiased"],
    ]
    return words[context.codingPath.last?.stringValue ?? ""].map {
      ": it is \($0.joined(separator: " or "))"
    } ?? ""
  }
}

/// Any JSON value.
public indirect enum JSONValue: Codable, Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if let whole = Int(exactly: value) {
        try container.encode(whole)
      } else {
        try container.encode(value)
      }
    case .text(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Sets the field at `path`; false where its parent is no object.
  mutating func set(_ path: ArraySlice<String>, to value: JSONValue) -> Bool {
    guard let key = path.first else {
      self = value
      return true
    }
    guard case .object(var fields) = self else { return false }
    if path.count == 1 {
      fields[key] = value
    } else {
      guard var inner = fields[key], inner.set(path.dropFirst(), to: value) else { return false }
      fields[key] = inner
    }
    self = .object(fields)
    return true
  }

  /// The field at `path`, or nil.
  func value(at path: ArraySlice<String>) -> JSONValue? {
    guard let key = path.first else { return self }
    guard case .object(let fields) = self else { return nil }
    return fields[key]?.value(at: path.dropFirst())
  }

  /// The values without parts and their paths, sorted by path: `encoder.padding`.
  public func fields(at path: String = "") -> [(path: String, value: JSONValue)] {
    guard case .object(let fields) = self else { return [(path, self)] }
    return fields.sorted { $0.key < $1.key }.flatMap { key, value in
      value.fields(at: path.isEmpty ? key : path + "." + key)
    }
  }

  /// The value in one line.
  public var text: String {
    switch self {
    case .null: "none"
    case .bool(let value): value ? "yes" : "no"
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .text(let value): value
    case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .object(let fields):
      "{" + fields.sorted { $0.key < $1.key }.map { "\($0): \($1.text)" }.joined(separator: ", ")
        + "}"
    }
  }
}

extension Contract {
  /// Every field and its value, sorted by path: `encoder.padding`.
  ///
  /// - Throws: `Failure` where a number has no JSON form.
  public var fields: [(path: String, value: JSONValue)] {
    get throws {
      try JSONDecoder().decode(JSONValue.self, from: Data(try jsonBytes(self))).fields()
    }
  }
}
