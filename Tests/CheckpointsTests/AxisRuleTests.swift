import Tensors
import Testing

@testable import Checkpoints

@Suite struct AxisRuleTests {
  func counted(_ shape: [Int]) throws -> Tensor {
    try Tensor(floats: (0..<shape.reduce(1, *)).map { Float($0) }, shape: shape)
  }

  @Test func `HWIO becomes OIHW and HWIO again`() throws {
    let (height, width, inputs, outputs) = (2, 3, 4, 5)
    let haiku = try counted([height, width, inputs, outputs])
    let rule = try AxisRule("HWIO")
    let native = try rule.toNative(haiku)
    #expect(native.shape == [outputs, inputs, height, width])
    let values = try native.floats()
    for (o, i, h, w) in [(0, 0, 0, 0), (4, 3, 1, 2), (2, 1, 0, 1)] {
      let mine = values[((o * inputs + i) * height + h) * width + w]
      #expect(mine == Float(((h * width + w) * inputs + i) * outputs + o))
    }
    #expect(try rule.fromNative(native).hasSameBits(as: haiku))
  }

  @Test(arguments: ["IO", "1C", "111C", "C", "", "C1", "OIHW", "OI", "HWOI"])
  func `there and back is the same tensor`(_ text: String) throws {
    let lengths: [Character: Int] = ["H": 2, "W": 3, "I": 4, "O": 5, "C": 6, "1": 1]
    let source = try counted(text.map { lengths[$0] ?? 0 })
    let rule = try AxisRule(text)
    let native = try rule.toNative(source)
    #expect(!native.shape.contains(1))
    #expect(try rule.fromNative(native).hasSameBits(as: source))
    let stored = try Tensor(.float32, shape: native.shape, bytes: native.bytes())
    #expect(try rule.fromNative(stored).hasSameBits(as: source))
  }

  @Test func `another number of axes is refused`() throws {
    #expect(throws: Failure.self) { try AxisRule("HWIO").toNative(counted([2, 3])) }
    #expect(throws: Failure.self) { try AxisRule("111C").toNative(counted([1, 2, 1, 6])) }
    #expect(throws: Failure.self) { try AxisRule("IO").fromNative(counted([2])) }
  }

  @Test(arguments: ["HWI", "XC", "CC", "OIHWC"])
  func `unknown axes are refused`(_ text: String) {
    #expect(throws: Failure.self) { try AxisRule(text) }
  }
}
