import Testing

@testable import Tensors

/// Numbers of one floating-point type in another.
@Suite struct CastingTests {
  private func tensor(_ values: [Double]) throws -> Tensor {
    try Tensor(doubles: values, shape: [values.count])
  }

  private func bits(_ tensor: Tensor) throws -> [UInt16] {
    try tensor.withBytes { bytes in
      (0..<tensor.count).map { bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
    }
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func `every half comes back from every wider type`(_ type: ElementType) throws {
    let all = Array(UInt16.min...UInt16.max)
    let halves = try Tensor(type, shape: [all.count], bytes: all.withUnsafeBytes { Array($0) })
    let numbers = try halves.doubles()
    for wide in [ElementType.float32, .float64] {
      let back = try bits(halves.cast(to: wide).cast(to: type))
      for (index, number) in numbers.enumerated() where !number.isNaN {
        #expect(back[index] == all[index])
      }
      #expect(try halves.castLoss(to: wide).changed == 0)
    }
  }

  @Test func `rounding goes to the nearest, ties to even`() throws {
    let step = 0x1p-10  // of float16 from 1 to 2
    let rounded = try tensor([
      1 + step / 2, 1 + step / 2 + 0x1p-40, 1 + 3 * step / 2, -(1 + step / 2), 0x1p-24, 0x1p-25,
      0x1.8p-25, 65504, 65519, -0.0,
    ]).cast(to: .float16)
    #expect(rounded.elementType == .float16 && rounded.byteCount == 20)
    #expect(
      try rounded.doubles() == [
        1, 1 + step, 1 + 2 * step, -1, 0x1p-24, 0, 0x1p-24, 65504, 65504, -0.0,
      ])
    #expect(try bits(rounded).last == 0x8000)
  }

  @Test func `a float64 is rounded to bfloat16 once, and not by way of float32`() throws {
    let step = 0x1p-7  // of bfloat16 from 1 to 2
    // The nearest float32 is the tie itself, whose even neighbour is the wrong one.
    let values = [1 + step / 2 + 0x1p-40, 1 + step / 2, 1 + 3 * step / 2 - 0x1p-40, 0x1.FEp127]
    let expected = [1 + step, 1, 1 + step, 0x1.FEp127]
    #expect(try tensor(values).cast(to: .bfloat16).doubles() == expected)
    #expect(
      try tensor(values.map { -$0 }).cast(to: .bfloat16).doubles() == expected.map { -$0 })
  }

  @Test func `what is lost is counted, and what is no number stays none`() throws {
    let values = [1, 1e-9, -70000, 65520, .infinity, .nan, 0, 1.0000001, -1e6]
    let loss = try tensor(values).castLoss(to: .float16)
    #expect(loss.overflows == 3 && loss.largest == -1e6)
    #expect(loss.zeros == 1)
    #expect(loss.changed == 5)
    let cast = try tensor(values).cast(to: .float16).doubles()
    #expect(cast[4] == .infinity && cast[5].isNaN)
    #expect(try tensor([1e39]).castLoss(to: .float32).overflows == 1)
    #expect(try tensor([3.4e38]).castLoss(to: .bfloat16).overflows == 1)
    #expect(try tensor([3.4e38]).castLoss(to: .float32).overflows == 0)
  }

  @Test func `views are cast in the order of their axes, larger ones slab by slab`() throws {
    let (rows, columns) = (700, 900)
    let values = (0..<rows * columns).map { Float($0 % 2048) / 16 }
    let base = try Tensor(floats: values, shape: [rows, columns])
    let cast = try base.permuted([1, 0]).cast(to: .float16)
    #expect(cast.shape == [columns, rows])
    #expect(try cast.floats() == base.permuted([1, 0]).floats())
    #expect(try cast.digest() == Tensor(.float16, shape: cast.shape, bytes: cast.bytes()).digest())
    let big = try Tensor(
      .float32, shape: [2], bigEndian: true,
      source: HeapBytes([0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0]))
    #expect(try big.cast(to: .bfloat16).floats() == [1, -2])
  }

  @Test func `integers are not cast`() throws {
    let counter = try Tensor(.int64, shape: [1], bytes: [7, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: Failure.self) { try counter.cast(to: .float16) }
    #expect(throws: Failure.self) { try tensor([1]).cast(to: .int8) }
  }
}
