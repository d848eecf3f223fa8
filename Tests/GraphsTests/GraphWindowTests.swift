import Archives
import Checkpoints
import Tensors
import Testing

@testable import Graphs

@Suite struct GraphWindowTests {
  /// The numbers of an attribute.
  private func numbers(_ window: GraphWindow, _ name: String) -> [Int]? {
    for attribute in window.attributes where attribute.name == name {
      if case .integers(let numbers) = attribute.value { return numbers }
    }
    return nil
  }

  private func window(
    _ kernel: Int, _ stride: Int, _ edges: GraphWindow.Edges, _ size: Int?
  ) throws -> GraphWindow {
    try GraphWindow(kernel: kernel, stride: stride, edges: edges, size: size, place: "conv")
  }

  /// Kernel, stride, size, pixels before and after, positions: as TensorFlow has them.
  @Test(arguments: [
    (7, 2, 224, 2, 3, 112), (7, 2, 225, 3, 3, 113), (3, 2, 112, 0, 1, 56), (3, 2, 7, 1, 1, 4),
    (3, 1, 56, 1, 1, 56), (1, 1, 5, 0, 0, 5), (1, 2, 5, 0, 0, 3), (1, 2, 6, 0, 0, 3),
    (7, 2, 1, 3, 3, 1), (2, 1, 5, 0, 1, 5), (2, 2, 5, 0, 1, 3),
  ])
  func `SAME pads as TensorFlow does`(
    _ kernel: Int, _ stride: Int, _ size: Int, _ before: Int, _ after: Int, _ count: Int
  ) throws {
    let window = try window(kernel, stride, .rule(.same), size)
    #expect(numbers(window, "pads") == [before, before, after, after])
    #expect(numbers(window, "kernel_shape") == [kernel, kernel])
    #expect(numbers(window, "strides") == [stride, stride])
    #expect(window.count == count)
  }

  @Test func `symmetric padding is PyTorch's, and numbers are themselves`() throws {
    let stem = try window(7, 2, .rule(.symmetric), 224)
    #expect(numbers(stem, "pads") == [3, 3, 3, 3])
    #expect(stem.count == 112)
    let given = try window(7, 2, .pixels(2), 33)
    #expect(numbers(given, "pads") == [2, 2, 2, 2])
    #expect(given.count == 16)
  }

  @Test func `only padding that depends on an unknown size is left to the runtime`() throws {
    func isLeft(_ window: GraphWindow) -> Bool {
      window.count == nil && numbers(window, "pads") == nil
        && window.attributes.contains {
          if case .text("SAME_UPPER") = $0.value { $0.name == "auto_pad" } else { false }
        }
    }
    #expect(isLeft(try window(7, 2, .rule(.same), nil)))
    #expect(isLeft(try window(3, 2, .rule(.same), nil)))
    for (kernel, stride, edges) in [
      (3, 1, GraphWindow.Edges.rule(.same)), (1, 2, .rule(.same)), (3, 2, .rule(.symmetric)),
      (7, 2, .pixels(3)),
    ] {
      let window = try window(kernel, stride, edges, nil)
      #expect(!isLeft(window) && numbers(window, "pads") != nil && window.count == nil)
    }
  }

  @Test func `what cannot be is refused`() throws {
    for (kernel, stride, edges, size) in [
      (0, 1, GraphWindow.Edges.rule(.same), 8), (1025, 1, .rule(.same), 8),
      (3, 0, .rule(.same), 8), (7, 2, .pixels(7), 8), (7, 2, .pixels(-1), 8),
      (7, 2, .pixels(0), 6),
    ] {
      #expect(throws: Failure.self) { try window(kernel, stride, edges, size) }
    }
  }
}
