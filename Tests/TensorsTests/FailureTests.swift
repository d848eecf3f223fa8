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

  @Test func `kinds are the exit codes`() {
    #expect(
      [Failure.Kind.differs, .badInput, .usage, .inputOutput].map(\.rawValue) == [1, 2, 3, 4])
  }
}
