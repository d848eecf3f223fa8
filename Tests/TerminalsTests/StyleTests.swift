import Testing

@testable import Terminals

@Suite struct StyleTests {
  /// A file's words must not paint, whatever the tool paints beside them.
  @Test(arguments: [true, false])
  func `a note's own escapes are shown, and do nothing`(_ isOn: Bool) {
    let note = Style(isOn: isOn).note("the licence says \u{1B}[2J\nand more")
    #expect(note.hasSuffix(" the licence says \\u{1B}[2J\\u{A}and more"))
    #expect(note.contains("\u{1B}[33m") == isOn)
  }
}
