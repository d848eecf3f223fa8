import TestSupport
import Tensors
import Testing

@testable import Checkpoints

@Suite struct DialectFileTests {
  /// The example of `docs/dialects.md` with a text changed, as it is read.
  func dialect(_ old: String = "", _ new: String = "") throws -> Dialect {
    let path = Shared.inPackage("docs/examples/mydialect.json")
    var text = String(decoding: try MappedFile(path).withBytes { Array($0) }, as: UTF8.self)
    if !old.isEmpty {
      try #require(text.contains(old), "the example has no \(old)")
      text = text.replacing(old, with: new)
    }
    return try Dialect(json: Array(text.utf8), file: "mydialect.json")
  }

  @Test func `the example is a dialect`() throws {
    #expect(try dialect().name == "mydialect")
  }

  @Test(arguments: [
    ("b:int", "b:integer", "the type of {b}"),
    ("conv{n+1:int}", "conv{n+1000000:int}", "shifts a hole"),
    ("conv{n+1:int}", "conv{n+-1:int}", "shifts a hole"),
    ("conv{n+1:int}", "conv{n+9223372036854775807:int}", "shifts a hole"),
    ("conv{n+1:int}", "conv1", "has no {n}"),
    ("backbone.conv1", "{what}.conv1", "have {what}"),
    ("student", "teacher", "maps.net"),
    ("\"norm_at\"", "\"word\"", "maps.word"),
    ("encoder/stem/conv", "encoder/stem conv", "native name"),
    ("\"recipe\": \"step\"", "\"recipe\": \"steps\"", "'steps'"),
    ("global_step", "global_{step}", "has no {step}"),
    ("\"forms\": [", "\"forms\": [], \"unused\": [", "forms"),
    ("\"at\": \"conv\"", "\"at\": \"convolutions\"", "places 'convolutions'"),
    ("\"rules\": \"progress\"", "\"rules\": \"progres\"", "rules 'progres'"),
    ("\"OIHW\"", "\"OIHX\"", "OIHX"),
  ])
  func `a mistake in a dialect file is refused by its place`(_ change: (String, String, String))
    throws
  {
    let failure = #expect(throws: Failure.self) { try dialect(change.0, change.1) }
    let sentence = failure?.description ?? ""
    #expect(failure?.kind == .badInput)
    #expect(sentence.hasPrefix("mydialect.json: "), "\(sentence)")
    #expect(sentence.contains(change.2), "\(sentence)")
  }
}
