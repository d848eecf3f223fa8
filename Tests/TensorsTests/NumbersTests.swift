import Tensors
import Testing

@Suite("Numbers as people read them")
struct NumbersTests {
  @Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (999_949, "999.9 kB"),
    (999_950, "1.0 MB"), (446_900_000, "446.9 MB"), (5_000_000_000_000_000, "5000.0 TB"),
  ])
  func `bytes in decimal units`(count: Int, text: String) {
    #expect(Numbers.bytes(count) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (23_508_032, "23,508,032"), (-1234, "-1,234"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `digits in groups of three`(count: Int, text: String) {
    #expect(Numbers.grouped(count) == text)
  }

  @Test(arguments: [
    (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (1.999, 2, "2.00"), (12.0, 0, "12"), (-3.25, 1, "-3.3"),
    (.infinity, 1, "inf"), (1e17, 1, "1.0e+17"),
  ])
  func `a fixed count of decimals`(value: Double, decimals: Int, text: String) {
    #expect(Numbers.fixed(value, decimals) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (3.14e-6, "3.1e-06"), (0.2, "0.20"), (0.0123, "0.012"), (0.00996, "0.010"),
    (1.0, "1.0"), (9.96, "10"), (57.2, "57"), (384.2, "3.8e+02"), (1e-15, "1.0e-15"),
    (.infinity, "infinite"), (.nan, "nan"), (1e100, "1.0e+100"),
  ])
  func `errors in two significant digits`(value: Double, text: String) {
    #expect(Numbers.error(value) == text)
  }

  @Test func `nouns in their number`() {
    #expect(Numbers.counted(1, "tensor") == "1 tensor")
    #expect(Numbers.counted(1200, "tensor") == "1,200 tensors")
  }
}
