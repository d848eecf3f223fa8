import Tensors
import Testing

@Suite("Failures")
struct FailureTests {
  @Test func `a sentence names file, place, expectation and finding`() {
    let failure = Failure(file: "a.npz", place: "w", expected: "[2]", found: "[3]")
    #expect(failure.description == "a.npz: w: expected [2], found [3]")
    #expect(Failure(.usage, "no").description == "no")
  }

  @Test func `the first file named stays`() {
    let failure = Failure(.differs, "they differ").of(file: "a").of(file: "b")
    #expect(failure.description == "a: they differ")
  }

  @Test func `what a stranger's file is called does nothing to a terminal`() {
    let names = ["\u{1B}[31mred", "a\nb", "\u{202E}txt.exe", "a\u{9B}2J", "\r", "\u{2028}"]
    let shown = names.map { Failure(.badInput, place: $0, "no").description }
    #expect(
      shown == [
        "\\u{1B}[31mred: no", "a\\u{A}b: no", "\\u{202E}txt.exe: no", "a\\u{9B}2J: no",
        "\\u{D}: no", "\\u{2028}: no",
      ])
    #expect(Failure(.badInput, file: "Größe-網路", "no").description == "Größe-網路: no")
  }

  @Test func `of a name of a hundred thousand letters the middle is left out`() {
    let words = Failure(.badInput, place: String(repeating: "é", count: 100_000) + "end", "no")
      .description
    #expect(words.utf8.count < 4000)
    #expect(words.hasSuffix("end (200,003 bytes): no"))
  }

  @Test func `kinds are the exit codes`() {
    #expect(
      [Failure.Kind.differs, .badInput, .usage, .inputOutput].map(\.rawValue) == [1, 2, 3, 4])
  }
}
