import Tensors
import Testing

@Suite("bfloat16")
struct HalfTypesTests {
  @Test func `every bfloat16 survives the way to float32 and back`() {
    for bits in UInt16.min...UInt16.max {
      let value = BFloat16.widened(bits)
      if value.isNaN {
        #expect(BFloat16.widened(BFloat16.rounded(value)).isNaN)
      } else {
        #expect(BFloat16.rounded(value) == bits)
      }
    }
  }

  @Test func `rounding goes to the nearest, ties to even`() {
    #expect(BFloat16.rounded(Float(bitPattern: 0x3F80_7FFF)) == 0x3F80)
    #expect(BFloat16.rounded(Float(bitPattern: 0x3F80_8000)) == 0x3F80)
    #expect(BFloat16.rounded(Float(bitPattern: 0x3F80_8001)) == 0x3F81)
    #expect(BFloat16.rounded(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
    #expect(BFloat16.rounded(.greatestFiniteMagnitude) == 0x7F80)
    #expect(BFloat16.rounded(-.infinity) == 0xFF80)
    #expect(BFloat16.rounded(-0.0) == 0x8000)
  }

  @Test func `a NaN whose payload is in the lower half stays one`() {
    #expect(BFloat16.widened(BFloat16.rounded(Float(bitPattern: 0x7F80_0001))).isNaN)
    #expect(BFloat16.widened(BFloat16.rounded(Float(bitPattern: 0xFFFF_FFFF))).isNaN)
  }
}
