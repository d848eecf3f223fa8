import Testing

@testable import Tensors

@Suite("Gathering strided elements")
struct GatherTests {
  /// A generator whose numbers depend on its seed alone, so that a failure can be repeated.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64

    /// Steele, Lea and Flood's SplitMix64.
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  /// The elements of a view, one at a time by their definition.
  private func naive(_ tensor: Tensor, _ source: [UInt8]) -> [UInt8] {
    let width = tensor.elementType.byteCount
    var result: [UInt8] = []
    guard !tensor.shape.contains(0) else { return [] }
    var index = [Int](repeating: 0, count: tensor.shape.count)
    while true {
      let place = zip(index, tensor.strides).reduce(0) { $0 + $1.0 * $1.1 }
      let element = source[(tensor.offset + place * width)...].prefix(width)
      result += tensor.isBigEndian ? element.reversed() : Array(element)
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < tensor.shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }

  private func sequence(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 8) }
  }

  private func gathered(_ tensor: Tensor, _ source: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0xAA, count: tensor.byteCount)
    source.withUnsafeBytes { from in
      result.withUnsafeMutableBytes { Gather(tensor).run(from: from, into: $0) }
    }
    return result
  }

  @Test(arguments: 0..<400)
  func `random views agree with a naive loop`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let type = ElementType.allCases.randomElement(using: &random) ?? .float32
    let rank = Int.random(in: 0...5, using: &random)
    // Lengths around a cache line's elements, and short ones.
    let shape = (0..<rank).map { _ in
      Int.random(in: rank > 2 ? 1...9 : 1...70, using: &random)
    }
    let offset = Int.random(in: 0...9, using: &random)
    let axes = Array(0..<rank).shuffled(using: &random)
    // Some axes are spread out, and now and then one is repeated without moving.
    var stride = 1
    var strides = [Int](repeating: 0, count: rank)
    for axis in axes {
      let isRepeated = Int.random(in: 0..<8, using: &random) == 0
      strides[axis] = isRepeated ? 0 : stride
      if !isRepeated { stride *= shape[axis] + Int.random(in: 0...1, using: &random) }
    }
    let source = sequence(offset + stride * type.byteCount)
    let tensor = try Tensor(
      type, shape: shape, strides: strides, offset: offset, bigEndian: Bool.random(using: &random),
      source: HeapBytes(source))
    let expected = naive(tensor, source)
    #expect(gathered(tensor, source) == expected, "\(type) \(shape) \(strides)")
    // The same in slabs of any size.
    var parts: [UInt8] = []
    let size = Int.random(in: 1...4096, using: &random)
    try tensor.forEachSlab(of: size) { parts += Array($0) }
    #expect(parts == expected, "slabs of \(size): \(type) \(shape) \(strides)")
    #expect(try tensor.bytes() == expected)
    #expect(try tensor.withBytes { Array($0) } == expected)
  }

  @Test(arguments: [[3, 3, 20, 40], [1, 1, 64, 64], [7, 7, 3, 64], [3, 1, 17, 33]])
  func `convolution kernels are transposed there and back`(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let tensor = try Tensor(floats: (0..<count).map(Float.init), shape: shape)
    let there = tensor.permuted([3, 2, 0, 1])
    let copy = try Tensor(.float32, shape: there.shape, bytes: there.bytes())
    #expect(try copy.permuted([2, 3, 1, 0]).bytes() == tensor.bytes())
    let (h, w, i, o) = (shape[0] - 1, shape[1] - 1, shape[2] - 1, 5)
    let from = ((h * shape[1] + w) * shape[2] + i) * shape[3] + o
    let into = ((o * shape[2] + i) * shape[0] + h) * shape[1] + w
    #expect(try copy.floats()[into] == Float(from))
  }

  @Test func `empty tensors give no slabs`() throws {
    let tensor = try Tensor(.float32, shape: [3, 0, 2], bytes: []).permuted([2, 1, 0])
    try tensor.forEachSlab { _ in Issue.record("a slab of nothing") }
    #expect(try tensor.bytes().isEmpty)
  }

  @Test func `slabs of a transposed tensor hold whole cache lines of rows`() throws {
    let tensor = try Tensor(floats: [Float](repeating: 1, count: 100 * 200), shape: [100, 200])
    var sizes: [Int] = []
    try tensor.permuted([1, 0]).forEachSlab(of: 40 * 400) { sizes.append($0.count) }
    #expect(sizes == [Int](repeating: 32 * 400, count: 6) + [8 * 400])
  }
}
