import Testing

@testable import Networks

@Suite("Agreement")
struct AgreementTests {
  private func agreement(_ mine: [Double], _ reference: [Double]) -> Agreement {
    Agreement(
      name: "x", of: Activation(shape: [1, mine.count], values: mine),
      with: Activation(shape: [1, reference.count], values: reference))
  }

  @Test("errors are relative to the reference's largest value, and to its length")
  func errors() {
    let result = agreement([1, 2, -4.5], [1, 2, -4])
    #expect(result.error == 0.125)
    #expect(abs(result.relativeL2 - 0.5 / 21.0.squareRoot()) < 1e-15)
    #expect(agreement([1, 2], [1, 2]).error == 0)
    #expect(agreement([0, 0], [0, 0]).error == 0)
  }

  @Test(
    "what cannot be compared is infinitely far",
    arguments: [
      ([1.0, .nan], [1.0, 2.0]), ([1, 2], [1, .nan]), ([.infinity], [.infinity]),
      ([1], [1, 2]), ([1e-30], [0]),
    ])
  func infinite(_ mine: [Double], _ reference: [Double]) {
    #expect(agreement(mine, reference).error == .infinity)
    #expect(agreement(mine, reference).relativeL2 == .infinity)
  }

  @Test(
    "short forms",
    arguments: [
      (0.0, "0"), (3.14e-6, "3.1e-06"), (0.2, "0.20"), (0.0123, "0.012"), (0.00996, "0.010"),
      (1.0, "1.0"), (9.96, "10"), (57.2, "57"), (384.2, "3.8e+02"), (1e-15, "1.0e-15"),
      (.infinity, "infinite"), (.nan, "nan"), (1e100, "1.0e+100"),
    ])
  func forms(_ value: Double, _ text: String) {
    #expect(shortForm(value) == text)
  }
}
