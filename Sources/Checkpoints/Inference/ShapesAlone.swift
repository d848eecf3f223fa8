import Tensors

/// What shapes tell where neither order nor names do: the places that only one tensor of the file fits.
struct ShapesAlone {
  private(set) var assignments: [Inference.Assignment] = []
  let kernelAxes: String
  let skeleton: ResNetSkeleton
  /// Networks of this shape.
  let count: Int

  /// Looks at tensors in any order; nil where their convolutions are no ResNet's.
  init?(_ items: [UnknownTensor]) {
    let kernels = items.filter { $0.kind == .kernel }
    var found: [(axes: String, skeleton: ResNetSkeleton, count: Int)] = []
    for axes in KernelOrder.all {
      let shapes = kernels.compactMap { KernelOrder.kernel($0.tensor.shape, axes) }
      let outputs = Set(shapes.map(\.outputs))
      let stems = shapes.count { !outputs.contains($0.inputs) }
      guard shapes.count == kernels.count, stems > 0, let each = Self.each(shapes, stems) else {
        continue
      }
      let skeletons = ResNetSkeleton.all(of: each)
      guard skeletons.count < 2 else { return nil }
      if let skeleton = skeletons.first { found.append((axes, skeleton, stems)) }
    }
    guard found.count == 1 else { return nil }
    (kernelAxes, skeleton, count) = found[0]
    // Of two networks of one shape every tensor has a twin.
    guard count == 1 else { return }
    placeConvolutions(kernels)
    placeLayers(items)
  }

  /// The kernels of one network of several; nil where they are not several times the same.
  private static func each(
    _ kernels: [KernelOrder.Kernel], _ count: Int
  ) -> [KernelOrder.Kernel]? {
    var result: [KernelOrder.Kernel] = []
    for (kernel, members) in Dictionary(grouping: kernels, by: { $0 }) {
      guard members.count % count == 0 else { return nil }
      result += Array(repeating: kernel, count: members.count / count)
    }
    return result
  }

  private mutating func add(_ item: UnknownTensor, _ native: String, _ axes: String) {
    assignments.append(
      Inference.Assignment(
        source: item.name, native: "online/" + native, axes: axes, dependsOn: []))
  }

  private mutating func placeConvolutions(_ kernels: [UnknownTensor]) {
    var places: [KernelOrder.Kernel: [String]] = [skeleton.stem: ["stem/conv"]]
    for (number, stage) in skeleton.stages.enumerated() {
      for block in 0..<stage.blocks {
        for part in skeleton.parts + [.shortcut] {
          guard let kernel = skeleton.kernel(stage, block: block, part) else { continue }
          var name = "shortcut/conv"
          if case .conv(let layer) = part { name = "conv\(layer)" }
          places[kernel, default: []].append("stage\(number)/block\(block)/\(name)")
        }
      }
    }
    for item in kernels {
      guard let kernel = KernelOrder.kernel(item.tensor.shape, kernelAxes),
        let fitting = places[kernel], fitting.count == 1
      else { continue }
      add(item, "encoder/\(fitting[0])/weight", kernelAxes)
    }
  }

  private mutating func placeLayers(_ items: [UnknownTensor]) {
    let matrices = items.filter { $0.kind == .matrix }
    var readings: [(axes: String, places: [(UnknownTensor, String)])] = []
    for axes in ["OI", "IO"] {
      let sizes = matrices.map { item in
        let shape = item.tensor.shape
        return axes == "OI" ? (shape[1], shape[0]) : (shape[0], shape[1])
      }
      let starts = matrices.indices.filter { sizes[$0].0 == skeleton.features }
      let firsts = starts.filter { start in sizes.contains { $0.0 == sizes[start].1 } }
      guard firsts.count == 1, let first = firsts.first else { continue }
      var places = [(matrices[first], "projector/linear0")]
      let lasts = matrices.indices.filter { sizes[$0].0 == sizes[first].1 }
      if lasts.count == 1 { places.append((matrices[lasts[0]], "projector/linear1")) }
      let projections = Set(lasts.map { sizes[$0].1 })
      if projections.count == 1, let size = projections.first, size != skeleton.features {
        let seconds = matrices.indices.filter { sizes[$0].0 == size && !lasts.contains($0) }
        if seconds.count == 1 { places.append((matrices[seconds[0]], "predictor/linear0")) }
      }
      let heads = starts.filter { $0 != first }
      if heads.count == 1 { places.append((matrices[heads[0]], "heads/classifier")) }
      readings.append((axes, places))
    }
    guard readings.count == 1, let reading = readings.first else { return }
    for (item, place) in reading.places { add(item, place + "/weight", reading.axes) }
  }
}
