import Tensors
import Testing

@testable import Checkpoints

@Suite struct TensorDifferenceTests {
  @Test func `every number is what a calculation by hand gives`() throws {
    let a = try Tensor(floats: [3, -4, 0, 1], shape: [2, 2])
    let b = try Tensor(floats: [3, -4.5, 0, 2], shape: [2, 2])
    let found = try TensorDifference(a, b)
    #expect(found.differing == 2 && found.notFinite == 0)
    #expect(found.maxAbs == 1)
    #expect(found.relative == 0.25)
    #expect(abs(try #require(found.relativeL2) - (1.25 / 26).squareRoot()) < 1e-15)
    #expect(
      abs(try #require(found.cosine) - 29 / (26 * 33.25).squareRoot()) < 1e-15)
    // From 1 to 2 are 2^23 numbers, from 4 to 4.5 an eighth of the 2^23 up to 8.
    #expect(found.ulp == 1 << 23)
    #expect(!found.isRounding)
  }

  @Test func `neighbours are one unit in the last place apart, across zero too`() throws {
    let smallest = Double(Float.leastNonzeroMagnitude)
    #expect(UnitsInLastPlace.distance(1, Double(Float(1).nextUp), in: .float32) == 1)
    #expect(UnitsInLastPlace.distance(1, 1.0.nextDown, in: .float64) == 1)
    #expect(UnitsInLastPlace.distance(-smallest, smallest, in: .float32) == 2)
    #expect(UnitsInLastPlace.distance(0, -0.0, in: .float32) == 0)
    #expect(UnitsInLastPlace.distance(1, 1 + 1.0 / 128, in: .bfloat16) == 1)
    #expect(UnitsInLastPlace.distance(1, 1 + 1.0 / 1024, in: .float16) == 1)
    let most = Double.greatestFiniteMagnitude
    #expect(UnitsInLastPlace.distance(-most, most, in: .float64) == 2 * most.bitPattern)
    #expect(UnitsInLastPlace.distance(1, 2, in: .int32) == nil)
  }

  @Test func `a transposed view and a longer tensor are compared element by element`() throws {
    // More than one part, and not a multiple of it.
    let (rows, columns) = (97, 101)
    let values = (0..<rows * columns).map { Float($0) }
    let turned = (0..<columns).flatMap { c in (0..<rows).map { r in values[r * columns + c] } }
    let view = try Tensor(floats: turned, shape: [columns, rows]).permuted([1, 0])
    var other = values
    other[5000] += 2
    let same = try TensorDifference(Tensor(floats: values, shape: [rows, columns]), view)
    #expect(same.differing == 0 && same.maxAbs == 0 && same.cosine == 1)
    let found = try TensorDifference(view, Tensor(floats: other, shape: [rows, columns]))
    #expect(found.differing == 1 && found.maxAbs == 2)
  }

  @Test func `what is not finite is counted and spoils nothing else`() throws {
    let a = try Tensor(floats: [.nan, .infinity, 1, .nan], shape: [4])
    let b = try Tensor(floats: [.nan, -.infinity, 2, 3], shape: [4])
    let found = try TensorDifference(a, b)
    #expect(found.differing == 3 && found.notFinite == 2 && found.maxAbs == 1)
    #expect(!found.isWithin(10))
    #expect(try TensorDifference(a, a).isWithin(0))
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func `a rounding is known as one, and a step beside it is none`(_ type: ElementType) throws {
    let values: [Float] = [1.0001, -3.14159, 0, 65000, 1e-3]
    func rounded(_ value: Float) -> UInt16 {
      type == .float16 ? Float16(value).bitPattern : BFloat16.rounded(value)
    }
    var bits = values.map(rounded)
    func tensor() throws -> Tensor {
      try Tensor(type, shape: [5], bytes: bits.withUnsafeBytes { Array($0) })
    }
    let one = try Tensor(floats: values, shape: [5])
    let found = try TensorDifference(one, tensor())
    #expect(found.isRounding && found.ulp == nil)
    bits[1] += 1
    #expect(try !TensorDifference(one, tensor()).isRounding)
  }

  @Test func `numbers that are too small for a half type are counted, in a rounding alone`() throws
  {
    // Half of the smallest float16, 2^-24, is rounded to even: to 0. What is 0 before is not lost.
    let one = try Tensor(floats: [0x1p-25, 0x1.8p-25, -1e-9, 0, 1], shape: [5])
    func tensor(_ halves: [Float16]) throws -> Tensor {
      try Tensor(.float16, shape: [5], bytes: halves.withUnsafeBytes { Array($0) })
    }
    let found = try TensorDifference(one, tensor([0, 0x1p-24, -0.0, 0, 1]))
    #expect(found.isRounding && found.zeroed == 2 && found.differing == 3)
    let other = try TensorDifference(one, tensor([0, 0x1p-24, -0.0, 0, 2]))
    #expect(!other.isRounding && other.zeroed == 0)
    let same = try TensorDifference(one, Tensor(floats: [0, 0, 0, 0, 1], shape: [5]))
    #expect(!same.isRounding && same.zeroed == 0)
  }

  @Test func `a tensor of zeros has no relative difference, and none is within a tolerance`() throws
  {
    let zero = try Tensor(floats: [0, 0], shape: [2])
    let found = try TensorDifference(zero, Tensor(floats: [0, 1e-9], shape: [2]))
    #expect(found.relative == nil && found.cosine == nil && !found.isWithin(1))
  }
}
