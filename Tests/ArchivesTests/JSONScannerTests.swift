import Tensors
import Testing

@testable import Archives

@Suite("The scanner of JSON headers")
struct JSONScannerTests {
  private func scan<Result>(
    _ text: String, _ body: (inout JSONScanner) throws -> Result
  ) throws -> Result {
    try HeapBytes(Array(text.utf8)).withCheckedBytes { bytes in
      var scanner = JSONScanner(bytes, place: "text")
      let result = try body(&scanner)
      try scanner.end()
      return result
    }
  }

  @Test func `escapes of every kind`() throws {
    let text = #" "a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00ä" "#
    let expected = "a\"\\/\u{8}\u{C}\n\r\t\u{E4}\u{1F600}ä"
    #expect(try scan(text) { try $0.string() } == expected)
    #expect(try scan(jsonText(expected)) { try $0.string() } == expected)
    #expect(jsonText("\u{1}\"\\") == #""\u0001\"\\""#)
  }

  @Test(arguments: [
    #""a"#, #""\x""#, #""\ud83d""#, #""\ud83dx""#, #""\ude00""#, #""\u12""#, "\"\n\"", "a",
    #""a" b"#,
    #""\ud83d\u0041""#, #""\uD8"#,
  ])
  func `strings that are none`(text: String) {
    #expect(throws: Failure.self) { try scan(text) { try $0.string() } }
  }

  @Test func `bytes that are not UTF-8`() {
    #expect(throws: Failure.self) {
      try HeapBytes([0x22, 0xFF, 0x22]).withCheckedBytes { bytes in
        var scanner = JSONScanner(bytes, place: "text")
        _ = try scanner.string()
      }
    }
  }

  @Test(arguments: ["", "-1", "01", "1.0", "1e2", "9223372036854775808", "\"1\"", "1 2"])
  func `numbers that are no sizes`(text: String) {
    #expect(throws: Failure.self) { try scan(text) { try $0.wholeNumber() } }
  }

  @Test func `the largest number`() throws {
    #expect(try scan("9223372036854775807 ") { try $0.wholeNumber() } == Int.max)
    #expect(try scan("0") { try $0.wholeNumber() } == 0)
  }

  @Test func `objects keep their order`() throws {
    let entries = try scan(#"{"b":1, "a" : 2}"#) { scanner in
      var entries: [String] = []
      try scanner.object { entries.append("\($1)\(try $0.wholeNumber())") }
      return entries
    }
    #expect(entries == ["b1", "a2"])
  }

  @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":1"#, "{,}", "[]"])
  func `objects that are none`(text: String) {
    #expect(throws: Failure.self) {
      try scan(text) {
        try $0.object {
          _ = try $0.wholeNumber(); _ = $1
        }
      }
    }
  }

  @Test(arguments: ["[1,]", "[1 2]", "[1", "[,1]", "{}"])
  func `arrays that are none`(text: String) {
    #expect(throws: Failure.self) { try scan(text) { try $0.array { _ = try $0.wholeNumber() } } }
  }

  @Test func `any value is passed over, to a depth`() throws {
    for text in ["1", "-1.5e+3", "null", "\"a]\"", "[]", #"{"a":[1,{"b":true}],"c":"}"}"#] {
      try scan(text) { try $0.skipValue() }
    }
    let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
    try scan(deep(JSONScanner.depthLimit)) { try $0.skipValue() }
    for text in [deep(JSONScanner.depthLimit + 1), "", "]", "[}", "[", "{\"a\":", "?", ","] {
      #expect(throws: Failure.self, "\(text)") { try scan(text) { try $0.skipValue() } }
    }
  }
}
