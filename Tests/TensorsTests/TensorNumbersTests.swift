import Testing

@testable import Tensors

@Suite("Elements as numbers")
struct TensorNumbersTests {
  private func tensor(_ type: ElementType, _ values: some Sequence<some BitwiseCopyable>) throws
    -> Tensor
  {
    let bytes = values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    return try Tensor(type, shape: [bytes.count / type.byteCount], bytes: bytes)
  }

  @Test func `every type is widened exactly`() throws {
    let cases: [(Tensor, [Double])] = [
      (try tensor(.bool, [0, 1] as [UInt8]), [0, 1]),
      (try tensor(.uint8, [0, 255] as [UInt8]), [0, 255]),
      (try tensor(.int8, [-128, 127] as [Int8]), [-128, 127]),
      (try tensor(.uint16, [65_535] as [UInt16]), [65_535]),
      (try tensor(.int16, [-32_768] as [Int16]), [-32_768]),
      (try tensor(.uint32, [UInt32.max]), [4_294_967_295]),
      (try tensor(.int32, [Int32.min]), [-2_147_483_648]),
      (try tensor(.uint64, [1 << 52] as [UInt64]), [4_503_599_627_370_496]),
      (try tensor(.int64, [-(1 << 52)] as [Int64]), [-4_503_599_627_370_496]),
      (try tensor(.float16, [-1.5, .infinity] as [Float16]), [-1.5, .infinity]),
      (try tensor(.bfloat16, [0x3F80, 0xC020] as [UInt16]), [1, -2.5]),
      (try tensor(.float32, [0.1] as [Float]), [Double(Float(0.1))]),
      (try tensor(.float64, [0.1]), [0.1]),
    ]
    #expect(Set(cases.map(\.0.elementType)).count == ElementType.allCases.count)
    for (tensor, numbers) in cases { #expect(try tensor.doubles() == numbers) }
  }

  @Test func `float64 and large integers are rounded to the nearest float32`() throws {
    #expect(
      try tensor(.float64, [1 + 0x1p-24 + 0x1p-50, 1e300]).floats() == [1 + 0x1p-23, .infinity])
    #expect(
      try tensor(.int64, [(1 << 24) + 1, (1 << 24) + 3] as [Int64]).floats() == [
        0x1p24, 0x1p24 + 4,
      ])
  }

  @Test func `integers are given exactly, or not at all`() throws {
    #expect(try tensor(.int64, [Int64.min, Int64.max]).integers() == [.min, .max])
    #expect(try tensor(.uint64, [UInt64(Int64.max)]).integers() == [.max])
    #expect(try tensor(.uint64, [1, UInt64.max]).integers() == nil)
    #expect(try tensor(.bool, [1] as [UInt8]).integers() == [1])
    #expect(try tensor(.float32, [1] as [Float]).integers() == nil)
  }

  @Test func `big-endian and transposed elements are numbers all the same`() throws {
    let bytes: [UInt8] = [0, 1, 0, 2, 0, 3, 255, 255]
    let tensor = try Tensor(
      .int16, shape: [2, 2], bigEndian: true, source: HeapBytes(bytes))
    #expect(try tensor.integers() == [1, 2, 3, -1])
    #expect(try tensor.permuted([1, 0]).integers() == [1, 3, 2, -1])
  }

  @Test func `a count that does not fit the shape is refused`() {
    #expect(throws: Failure.self) { try Tensor(floats: [1, 2], shape: [3]) }
    #expect(throws: Failure.self) { try Tensor(doubles: [1], shape: [2]) }
  }
}
