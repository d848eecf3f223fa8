import Foundation
import FoundationXML
import Pages
import Testing

@Suite struct DrawingTests {
  /// Whether a text is well-formed XML.
  private static func isWellFormed(_ text: String) -> Bool {
    XMLParser(data: Data(text.utf8)).parse()
  }

  @Test func whatIsWrittenIsEscaped() {
    #expect(markup("a<b> & \"c\"\u{1B}[0m\n") == "a&lt;b&gt; &amp; &quot;c&quot;[0m\n")
    var drawing = Drawing(width: 10, height: 5)
    drawing.text(1, 2, "<script>", "tick")
    drawing.rectangle(0, 0, 1, 1, "dot", title: "a & b")
    drawing.mark(1, 1, .circle, "dot", title: "\"c\"")
    let svg = drawing.svg(label: "x < \"y\"")
    #expect(Self.isWellFormed(svg))
    #expect(svg.contains("&lt;script&gt;") && svg.contains("<title>a &amp; b</title>"))
    #expect(svg.contains("aria-label=\"x &lt; &quot;y&quot;\""))
  }

  @Test(arguments: Marker.allCases)
  func marksLieAroundTheirPoint(_ marker: Marker) {
    var drawing = Drawing(width: 10, height: 10)
    drawing.mark(5, 5, marker, "dot", size: 3)
    #expect(Self.isWellFormed(drawing.svg(label: "mark")))
  }

  /// Colours times shapes before one returns.
  @Test func marksTellClassesApart() {
    let count = Palette.count * Marker.allCases.count
    let marks = Set((0..<count).map { "\(Marker.of($0).marker) \(Marker.of($0).style)" })
    #expect(marks.count == count)
    #expect(Marker.of(count).marker == Marker.of(0).marker)
  }

  @Test func aPageRunsNoScriptUnlessItHasSome() {
    let quiet = PageFrame(title: "a < b").document("<p>x</p>")
    #expect(Self.isWellFormed(quiet.replacing("<!DOCTYPE html>\n", with: "")))
    #expect(quiet.contains("<title>a &lt; b</title>"))
    #expect(quiet.contains("default-src 'none'") && !quiet.contains("script-src"))
    #expect(!quiet.contains("http-equiv=\"refresh\""))
    let live = PageFrame(title: "x", refresh: 30, hasScripts: true).document("")
    #expect(live.contains("script-src 'unsafe-inline'"))
    #expect(live.contains("http-equiv=\"refresh\" content=\"30\""))
  }
}
