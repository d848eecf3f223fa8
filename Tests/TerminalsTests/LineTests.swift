import Tensors
import Testing

@testable import Terminals

@Suite struct LineTests {
  @Test func `what is put into a line is legible, what stands in the source is as it is`() {
    let name = "a\u{1B}[31m\nb\u{202E}c\u{9B}d"
    let line: Line = "\u{1B}[1m\(name)\n\(3)"
    #expect(line.text == "\u{1B}[1ma\\u{1B}[31m\\u{A}b\\u{202E}c\\u{9B}d\n3")
  }

  @Test func `words in a colour keep it, and cannot bring one`() {
    let style = Style(isOn: true)
    let line: Line = "\(style.verdict("no")): \(style.note("\u{1B}[0m"))"
    #expect(
      line.text == "\u{1B}[31mno\u{1B}[0m: \u{1B}[33mnote:\u{1B}[0m \\u{1B}[0m")
  }

  @Test func `a long name loses its middle, a failure with one keeps its end`() {
    let name = String(repeating: "n", count: 100_000)
    let line: Line = "<\(name)>"
    #expect(line.text.utf8.count < 2100 && line.text.hasSuffix(" (100,000 bytes)>"))
    let failure: Line = "\(Failure(.badInput, file: "f", place: name, "too long"))"
    #expect(failure.text.hasSuffix(" (100,000 bytes): too long"))
  }
}
