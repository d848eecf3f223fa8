/// Which convolution of a file is which, told by their order.
///
/// Programs write a network block after block, and in each block the same parts in the same order. An
/// order of parts that explains every block explains the file; where several do, and do not mean the
/// same, the order does not tell.
struct ConvolutionOrder {
  /// Native places of the convolutions, `stem/conv`, `stage0/block1/conv2`, in the sequence's order.
  var places: [String]
  /// Whether there is no other reading.
  var isUnique: Bool

  /// Reads kernels in a sequence; nil where no order of parts explains it.
  init?(_ kernels: [KernelOrder.Kernel], _ skeleton: ResNetSkeleton) {
    guard let stem = kernels.firstIndex(of: skeleton.stem) else { return nil }
    var rest = kernels
    rest.remove(at: stem)
    var readings: [[String]] = []
    for order in permutations(skeleton.parts + [.shortcut]) {
      guard var places = Self.places(rest, skeleton, order) else { continue }
      places.insert("stem/conv", at: stem)
      if !readings.contains(places) { readings.append(places) }
    }
    guard let first = readings.first else { return nil }
    places = first
    isUnique = readings.count == 1
  }

  private static func places(
    _ kernels: [KernelOrder.Kernel], _ skeleton: ResNetSkeleton, _ order: [ResNetSkeleton.Part]
  ) -> [String]? {
    var places: [String] = []
    for (number, stage) in skeleton.stages.enumerated() {
      for block in 0..<stage.blocks {
        for part in order {
          guard let expected = skeleton.kernel(stage, block: block, part) else { continue }
          guard places.count < kernels.count, kernels[places.count] == expected else { return nil }
          switch part {
          case .conv(let layer): places.append("stage\(number)/block\(block)/conv\(layer)")
          case .shortcut: places.append("stage\(number)/block\(block)/shortcut/conv")
          }
        }
      }
    }
    return places.count == kernels.count ? places : nil
  }
}

/// Every order of a few things, the given one first.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
  guard elements.count > 1 else { return [elements] }
  return elements.indices.flatMap { index in
    var rest = elements
    let first = rest.remove(at: index)
    return permutations(rest).map { [first] + $0 }
  }
}
