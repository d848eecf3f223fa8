import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives
@testable import Checkpoints

/// Dialect files come from strangers, too: what is in them takes neither time nor memory out of
/// proportion, and never stops a tool but by a sentence.
@Suite("Hostile dialect files") struct DialectHostileTests {
  /// The largest number that Swift's `Int` has.
  static let largest = String(Int.max)

  /// The example of `docs/dialects.md`, changed.
  private func dialect(_ change: (inout [String: Any]) throws -> Void) throws -> Dialect {
    let path = Shared.inPackage("docs/examples/mydialect.json")
    let data = Data(try MappedFile(path).allBytes())
    var json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    try change(&json)
    let bytes = try JSONSerialization.data(withJSONObject: json)
    return try Dialect(json: Array(bytes), file: "hostile.json")
  }

  /// Expects that the example, so changed, is refused by its place soon and in a short sentence.
  private func expectRefusal(
    _ part: String, _ change: (inout [String: Any]) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let start = ContinuousClock.now
    let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) {
      try dialect(change)
    }
    let sentence = failure?.description ?? ""
    #expect(failure?.kind == .badInput, sourceLocation: sourceLocation)
    #expect(sentence.hasPrefix("hostile.json: "), "\(sentence)", sourceLocation: sourceLocation)
    #expect(sentence.contains(part), "\(sentence)", sourceLocation: sourceLocation)
    #expect(sentence.utf8.count < 6_000, sourceLocation: sourceLocation)
    // Most of the time is what making the file takes; what is not bounded takes minutes.
    #expect(ContinuousClock.now - start < .seconds(30), sourceLocation: sourceLocation)
  }

  /// Adds a group of rules, and mounts it in the first form.
  private func mount(
    _ rules: [[String: Any]], times: Int = 1, dialect: String = "zz.", native: String = "",
    bind: [String: String] = [:], in json: inout [String: Any]
  ) throws {
    var groups = try #require(json["rules"] as? [String: Any])
    groups["hostile"] = rules
    json["rules"] = groups
    var forms = try #require(json["forms"] as? [[String: Any]])
    var mounts = try #require(forms[0]["mounts"] as? [[String: Any]])
    for number in 0..<times {
      let name = times == 1 ? dialect : "\(dialect)\(number)."
      mounts.append(["dialect": name, "native": native, "bind": bind, "rules": "hostile"])
    }
    forms[0]["mounts"] = mounts
    json["forms"] = forms
  }

  @Test func `the project's own dialects are far below the limits`() throws {
    for name in Dialects.names {
      _ = try Dialects.named(Shared.inPackage("schemas/dialects/\(name).json"))
    }
  }

  @Test func `the schema says the same limits`() throws {
    let data = Data(try MappedFile(Shared.inPackage("schemas/dialect.schema.json")).allBytes())
    let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for (path, limit) in [
      ("properties.fragments.maxItems", DialectLimits.fragments),
      ("properties.maps.maxProperties", DialectLimits.maps),
      ("properties.maps.additionalProperties.maxProperties", DialectLimits.words),
      ("properties.maps.additionalProperties.propertyNames.maxLength", DialectLimits.wordBytes),
      ("properties.variables.maxProperties", DialectLimits.values),
      ("properties.forms.maxItems", DialectLimits.forms),
      ("$defs.mount.properties.bind.maxProperties", DialectLimits.values),
      ("$defs.separators.maxItems", DialectLimits.separators),
      ("$defs.separators.items.maxLength", DialectLimits.separatorBytes),
      ("$defs.template.maxLength", Template.byteLimit),
    ] {
      let said = path.split(separator: ".").reduce(schema as Any?) { value, key in
        (value as? [String: Any])?[String(key)]
      }
      #expect(said as? Int == limit, "\(path)")
    }
  }

  @Test func `numbers that a shift would overflow are no numbers of a hole`() throws {
    let template = try Template("x{a+1:int}")
    for value in [Self.largest, "9999999999", "-1", "+1", "01", ""] {
      #expect(template.print(["a": value], maps: [:]) == nil, "\(value)")
    }
    #expect(template.print(["a": "999999999"], maps: [:]) == "x1000000000")
  }

  @Test func `a hole is of one kind in both names`() {
    expectRefusal("one type of {a}") { json in
      let rule = ["native": "encoder/other/x{a+1:int}/weight", "dialect": "{a:word}.weight"]
      try mount([rule], in: &json)
    }
  }

  @Test(arguments: [largest, "-1", "01", "one", ""])
  func `a mount binds what a hole can have`(value: String) {
    expectRefusal("a mount's bind") { json in
      let rule = ["native": "x{a+1:int}/weight", "dialect": "w"]
      try mount([rule], bind: ["a": value], in: &json)
    }
  }

  @Test func `templates have few pieces`() throws {
    let holes = (0..<Template.pieceLimit).map { "{h\($0)}" }.joined()
    #expect(try Template(holes).pieces.count == Template.pieceLimit)
    expectRefusal("at most 64 holes") { json in
      try mount([["native": holes + "/weight", "dialect": holes + ".weight"]], in: &json)
    }
    expectRefusal("at most 4,096 bytes") { json in
      let many = (0..<50_000).map { "{h\($0)}" }.joined()
      try mount([["native": many, "dialect": many]], in: &json)
    }
  }

  @Test func `holes that could be filled in countless ways are refused`() throws {
    let template = try Template("{a}{b}{c}{d}{e}{f}{g}{h}.x.{i}")
    let name = String(repeating: "a", count: 60) + ".y.z"
    let failure = #expect(throws: Failure.self) { try template.match(Array(name.utf8), maps: [:]) }
    #expect(failure?.kind == .badInput)
    #expect(failure?.description.contains("ways") == true)
  }

  @Test func `a long word is no word`() throws {
    func match(_ count: Int) throws -> Bindings? {
      let name = String(repeating: "a", count: count) + ".b"
      return try Template("{a}.b").match(Array(name.utf8), maps: [:])
    }
    #expect(try match(Template.Hole.longestWord) != nil)
    #expect(try match(Template.Hole.longestWord + 1) == nil)
  }

  @Test(arguments: ["{place}", "{mount}"])
  func `names are measured before they are made`(hole: String) {
    let long = String(repeating: "a", count: 4_000)
    expectRefusal("rules.hostile: expected a template of at most 4,096 bytes") { json in
      var places = try #require(json["places"] as? [String: Any])
      places["bp"] = [[long, long]]
      json["places"] = places
      let text = String(repeating: hole, count: 500)
      try mount(
        [["at": "bp", "native": text, "dialect": "w"]], native: hole == "{mount}" ? long : "",
        in: &json)
    }
  }

  @Test func `places have no endless names`() {
    expectRefusal("places.bp: expected texts of at most 4,096 bytes, found 300,000 bytes") { json in
      var places = try #require(json["places"] as? [String: Any])
      places["bp"] = [[String](repeating: String(repeating: "a", count: 300_000), count: 2)]
      json["places"] = places
    }
  }

  @Test func `rules are counted before they are made`() {
    expectRefusal("at most 10,000 rules") { json in
      var places = try #require(json["places"] as? [String: Any])
      places["bp"] = (0..<3_000).map { ["a\($0)", "a\($0)"] }
      json["places"] = places
      let rule = ["at": "bp", "native": "{place}", "dialect": "{place}"]
      try mount([[String: Any]](repeating: rule, count: 3_000), times: 1_000, in: &json)
    }
  }

  @Test func `rules are many or long, not both`() {
    expectRefusal("names have at most 2,097,152 bytes") { json in
      let long = String(repeating: "a", count: 4_000)
      let rules = (0..<2_000).map { ["native": long, "dialect": "\(long)\($0)"] }
      try mount(rules, in: &json)
    }
  }

  @Test func `spellings are few`() {
    for (spellings, part) in [
      (
        ["level": [String](repeating: "/", count: 2_000), "inner": ["~"], "tilde": [true]],
        "spellings.level: expected at most 32 values, found 2,000"
      ),
      (["level": ["/"], "inner": ["~"], "tilde": [Bool](repeating: true, count: 500)], "tilde"),
      (
        [
          "level": [String](repeating: "/", count: 32),
          "inner": [String](repeating: "~", count: 32),
          "tilde": [true],
        ], "at most 256 combinations"
      ),
      (["level": ["/"], "inner": [String](repeating: "~", count: 0), "tilde": [true]], "of each"),
      (["level": ["/{a}"], "inner": ["/"], "tilde": [true]], "without '{' and '}'"),
      (["level": [String(repeating: "/", count: 9)], "inner": ["/"], "tilde": [true]], "8 bytes"),
    ] as [([String: Any], String)] {
      expectRefusal(part) { $0["spellings"] = spellings }
    }
  }

  @Test func `lists are short`() {
    expectRefusal("fragments: expected at most 16 names, found 100,000") {
      $0["fragments"] = [String](repeating: "torch", count: 100_000)
    }
    expectRefusal("maps.m: expected at most 4,096 words, found 5,000") { json in
      let words = Dictionary(uniqueKeysWithValues: (0..<5_000).map { ("\($0)", "\($0)") })
      json["maps"] = ["m": words].merging(json["maps"] as? [String: Any] ?? [:]) { $1 }
    }
    expectRefusal("at most 16 names") { json in
      let names = [String](repeating: "training/x", count: 17).joined(separator: " ")
      let rule = ["native": "training/x", "dialect": "w", "derived": "count int64 " + names]
      try mount([rule], in: &json)
    }
  }

  @Test(
    arguments: [
      ("range", 0 as any Sendable, "contract.input.range"),
      ("std", [0, 0, 0], "contract.input.std"),
      ("filter", "x", "contract.input.filter: expected bicubic or bilinear, found x"),
      ("channel_order", "RGB\u{1B}[2J", "contract.input.channel_order"),
      ("mean", [0.5], "contract.input.mean"),
    ] as [(String, any Sendable, String)])
  func `beliefs that no network has are refused by their field`(
    field: String, value: any Sendable, part: String
  ) {
    expectRefusal(part) { json in
      var contract = try #require(json["contract"] as? [String: Any])
      var input = try #require(contract["input"] as? [String: Any])
      input[field] = value
      contract["input"] = input
      json["contract"] = contract
    }
  }

  @Test func `so are those of the other parts`() {
    for (field, value, part) in [
      ("stride_at", ["basic": 3], "contract.stride_at.basic"),
      ("stride_at", ["bottle": 1], "contract.stride_at"),
      ("stem", ["7": ["stride": 0, "pool": true]], "contract.stem.7.stride"),
      ("stem", ["07": ["stride": 1, "pool": true]], "contract.stem"),
      ("bn", ["eps": 0, "keep": 0.9, "running_variance": "biased"], "contract.bn.eps"),
      ("sem", ["size": 0, "temperature": 1], "contract.sem.size"),
    ] as [(String, Any, String)] {
      expectRefusal(part) { json in
        var contract = try #require(json["contract"] as? [String: Any])
        contract[field] = value
        json["contract"] = contract
      }
    }
    expectRefusal("recipe.tau.base") {
      $0["recipe"] = [
        "tau": ["kind": "constant", "base": 2, "applied": "after-update", "covers": "all"]
      ]
    }
  }
}

/// Of two values of one key decoders keep one, and not every reader the same.
@Suite("Keys that are there twice") struct DuplicateKeyTests {
  @Test func `a dialect file has each key once`() throws {
    let path = Shared.inPackage("docs/examples/mydialect.json")
    let text = String(decoding: try MappedFile(path).allBytes(), as: UTF8.self)
    let twice = text.replacing("\"padding\":", with: "\"padding\": \"same\", \"padding\":")
    try #require(text != twice)
    let failure = #expect(throws: Failure.self) {
      try Dialect(json: Array(twice.utf8), file: "twice.json")
    }
    let sentence = failure?.description ?? ""
    #expect(sentence.hasPrefix("twice.json: this is no dialect file: "), "\(sentence)")
    #expect(sentence.hasSuffix("expected each key once, found 'padding' again"), "\(sentence)")
    // A mark of the byte order is passed over.
    _ = try Dialect(json: [0xEF, 0xBB, 0xBF] + Array(text.utf8), file: "marked.json")
  }

  @Test func `a sidecar has each key once`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("a.npz.byol.json")
    let sample = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    let sound = try jsonBytes(Sidecar(sample))
    try Data(sound).write(to: URL(filePath: path))
    #expect(try Sidecar.read(path) != nil)
    let twice = String(decoding: sound, as: UTF8.self)
      .replacing("\"contract\"", with: "\"recipe\": {}, \"contract\"")
    try Data(twice.utf8).write(to: URL(filePath: path))
    let failure = #expect(throws: Failure.self) { try Sidecar.read(path) }
    #expect(failure?.file == path)
    #expect(failure?.message.hasPrefix("this sidecar is not what it must be: ") == true)
    #expect(failure?.message.hasSuffix("expected each key once, found 'recipe' again") == true)
  }
}
