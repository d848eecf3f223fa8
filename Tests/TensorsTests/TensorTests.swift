import Testing

@testable import Tensors

@Suite("Tensors")
struct TensorTests {
  private static let bytes = HeapBytes([UInt8](repeating: 0, count: 24))

  private func message(
    _ shape: [Int], strides: [Int]? = nil, offset: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let failure = try #require(
      #expect(throws: Failure.self, sourceLocation: sourceLocation) {
        try Tensor(.float32, shape: shape, strides: strides, offset: offset, source: Self.bytes)
      })
    #expect(failure.kind == .badInput, sourceLocation: sourceLocation)
    return failure.description
  }

  @Test func `a tensor that does not fit its source is refused`() throws {
    #expect(try message([7]).contains("24 bytes in all"))
    _ = try message([2, 3], offset: 1)
    _ = try message([2, 3], offset: -4)
    _ = try message([2, 3], strides: [4, 1])
    _ = try message([2, 3], strides: [3])
    _ = try message([2, 3], strides: [3, -1])
  }

  @Test func `shapes and strides that overflow are refused`() throws {
    _ = try message([1 << 62, 4])
    _ = try message([1 << 32, 1 << 32])
    _ = try message([.max, .max])
    _ = try message([1 << 62])
    _ = try message([-1])
    _ = try message([-2, -3])
    _ = try message([2, 2], strides: [.max, .max])
    _ = try message([2], strides: [.max])
    _ = try message([2, 1], offset: .max)
    #expect(Tensor.elementCount(of: [0, .max]) == 0)
    #expect(Tensor.elementCount(of: [0, .max, .max]) == nil)
  }

  @Test func `a scalar has one element, an empty tensor none`() throws {
    let scalar = try Tensor(doubles: [2.5], shape: [])
    #expect(scalar.count == 1 && scalar.byteCount == 8 && scalar.isContiguous)
    #expect(try scalar.doubles() == [2.5])
    let empty = try Tensor(.int16, shape: [0, 3], bytes: [])
    #expect(empty.count == 0 && empty.byteCount == 0)
    #expect(try empty.integers() == [])
  }

  @Test func `the layout of a source is recognised`() throws {
    func layout(_ strides: [Int]?, bigEndian: Bool = false) throws -> StoredLayout {
      try Tensor(
        .float32, shape: [2, 3], strides: strides, bigEndian: bigEndian, source: Self.bytes
      ).layout
    }
    #expect(try layout(nil) == StoredLayout())
    #expect(try layout([1, 2], bigEndian: true).order == .columnMajor)
    #expect(try layout([0, 1]).order == .strided([0, 1]))
    #expect(try layout(nil, bigEndian: true).isBigEndian)
    #expect(try !Tensor(.uint8, shape: [1], bigEndian: true, source: Self.bytes).layout.isBigEndian)
  }

  @Test func `views are of the same bytes`() throws {
    let tensor = try Tensor(floats: [0, 1, 2, 3, 4, 5], shape: [2, 3])
    let transposed = tensor.permuted([1, 0])
    #expect(transposed.shape == [3, 2])
    #expect(try transposed.floats() == [0, 3, 1, 4, 2, 5])
    #expect(try transposed.rows(1..<3).floats() == [1, 4, 2, 5])
    #expect(try tensor.rows(1..<2).floats() == [3, 4, 5])
    #expect(try tensor.rows(2..<2).floats() == [])
    #expect(throws: Failure.self) { try tensor.rows(1..<3) }
    #expect(throws: Failure.self) { try Tensor(doubles: [1], shape: []).rows(0..<1) }
  }

  @Test func `axes of length 1 come and go`() throws {
    let tensor = try Tensor(floats: [0, 1, 2], shape: [3, 1, 1])
    #expect(try tensor.droppingTrailing(2).shape == [3])
    #expect(throws: Failure.self) { try tensor.droppingTrailing(3) }
    let spread = tensor.insertingAxes(at: [nil, 0, nil])
    #expect(spread.shape == [1, 3, 1])
    #expect(try spread.floats() == [0, 1, 2])
  }

  @Test func `bits are compared, whatever the layouts`() throws {
    let rows = try Tensor(floats: [1, -0.0, .nan, 4], shape: [2, 2])
    let columns = try Tensor(floats: [1, .nan, -0.0, 4], shape: [2, 2]).permuted([1, 0])
    #expect(try rows.hasSameBits(as: columns))
    #expect(try rows.digest() == columns.digest())
    let zero = try Tensor(floats: [1, 0, .nan, 4], shape: [2, 2])
    #expect(try !rows.hasSameBits(as: zero))
    #expect(try rows.digest() != zero.digest())
    #expect(try !rows.hasSameBits(as: Tensor(floats: [1], shape: [1])))
    let words = try Tensor(.uint32, shape: [2, 2], bytes: rows.bytes())
    #expect(try !rows.hasSameBits(as: words))
  }

  @Test func `a source that fails says so`() throws {
    struct Broken: ByteSource {
      var count: Int { 4 }
      func resolved() throws -> any ByteSource { throw Failure(.inputOutput, "gone") }
      func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        throw Failure(.inputOutput, "gone")
      }
    }
    let tensor = try Tensor(.float32, shape: [1], source: Broken())
    #expect(throws: Failure.self) { try tensor.bytes() }
    #expect(throws: Failure.self) { try tensor.digest() }
  }
}
