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
}
