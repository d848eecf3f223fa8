import Foundation
import TestSupport
import Testing

/// The example of `docs/library.md` is what is compiled, and prints what the page says.
@Suite struct LibraryExampleTests {
  private let page = Self.text("docs/library.md")

  private static func text(_ path: String) -> String {
    (try? String(contentsOf: Shared.package.appending(path: path), encoding: .utf8)) ?? ""
  }

  @Test func thePageHasTheCompiledFile() {
    let file = Self.text("docs/examples/swift/Sources/library-example/Example.swift")
    #expect(file.contains("@main"))
    #expect(page.contains("```swift\n\(file)```\n"))
  }

  /// The page's table names products of the package, and the example's manifest uses those.
  @Test func thePageHasTheProducts() throws {
    let manifest = Self.text("Package.swift")
    let products = manifest.matches(of: /\.library\(name: "(\w+)"/).map { String($0.output.1) }
    let rows = page.matches(of: /\n\| `(\w+)` \|/).map { String($0.output.1) }
    #expect(!rows.isEmpty)
    #expect(Set(rows).isSubset(of: products))
    let example = Self.text("docs/examples/swift/Package.swift")
    for used in example.matches(of: /\.product\(name: "(\w+)"/) {
      #expect(rows.contains(String(used.output.1)))
    }
  }

  /// Every program in a module's catalogue is a run of lines of the compiled file.
  @Test func theCataloguesHavePartsOfTheCompiledFile() throws {
    let file = Self.text("docs/examples/swift/Sources/library-example/Example.swift")
    let lines = file.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let compiled = lines.joined(separator: "\n")
    var blocks = 0
    for module in page.matches(of: /\n\| `(\w+)` \|/).map({ String($0.output.1) }) {
      let catalogue = Self.text("Sources/\(module)/\(module).docc/\(module).md")
      #expect(catalogue.hasPrefix("# ``\(module)``\n"))
      for block in catalogue.components(separatedBy: "```swift\n").dropFirst() {
        let code = block.components(separatedBy: "\n```").first ?? ""
        let part = code.components(separatedBy: "\n")
          .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
        #expect(compiled.contains(part), "\(module): \(code)")
        blocks += 1
      }
    }
    #expect(blocks >= 4)
  }

  @Test func itPrintsWhatThePageSays() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try Tool(name: "library-example")(
      "samples/tiny_haiku_byol.npz", folder.path("tiny.h5"))
    #expect(outcome.code == 0, "\(outcome.output)")
    let said = page.components(separatedBy: "```text\n").last ?? ""
    let shown = said.components(separatedBy: "```").first ?? ""
    #expect(shown.contains("norm 7.07"))
    #expect(comparable(outcome.output) == comparable(shown))
  }

  @Test func itFailsInOneSentence() throws {
    let outcome = try Tool(name: "library-example")("README.md", "/nonexistent/tiny.h5")
    #expect(outcome.code == 2)
    #expect(outcome.output.hasPrefix("library-example: README.md: "))
    #expect(outcome.output.filter { $0 == "\n" }.count == 1)
  }

  /// Without what depends on processor and build: engine, and sizes of rounding errors.
  private func comparable(_ text: String) -> String {
    text.replacing(/\d\.\d+e-\d+/, with: "ERROR").replacing(
      /(onednn|openblas) float32/, with: "ENGINE")
  }
}
