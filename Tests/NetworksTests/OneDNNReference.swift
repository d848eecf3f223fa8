import Checkpoints
import Networks
import Tensors

/// The networks by the definitions of their layers, in float64, one sum at a time: slow, and free of
/// every trick that an engine could get wrong.
final class OneDNNReference {
  /// Every stage, as engines name them.
  private(set) var stages: [String: Activation] = [:]
  /// Running statistics after the pass, by native name.
  private(set) var statistics: [String: [Double]] = [:]
  private let checkpoint: Checkpoint
  private let branch: String
  private let isTraining: Bool
  private var contract: Contract { checkpoint.contract }

  /// Runs a branch.
  init(
    _ checkpoint: Checkpoint, _ input: Activation, branch: Branch = .online,
    isTraining: Bool = false
  ) throws {
    self.checkpoint = checkpoint
    self.branch = branch.rawValue
    self.isTraining = isTraining
    try run(input)
  }

  /// [N, C, H, W] by index.
  private struct Grid {
    var values: Activation
    var size: (n: Int, c: Int, h: Int, w: Int) {
      (values.shape[0], values.shape[1], values.shape[2], values.shape[3])
    }
    init(_ n: Int, _ c: Int, _ h: Int, _ w: Int, _ value: (Int, Int, Int, Int) -> Double) {
      var list: [Double] = []
      for a in 0..<n {
        for b in 0..<c { for y in 0..<h { for x in 0..<w { list.append(value(a, b, y, x)) } } }
      }
      values = Activation(shape: [n, c, h, w], values: list)
    }
    init(_ values: Activation) { self.values = values }
    /// The value, or `outside` beyond the edges.
    func at(_ n: Int, _ c: Int, _ y: Int, _ x: Int, outside: Double = 0) -> Double {
      let size = size
      guard y >= 0, x >= 0, y < size.h, x < size.w else { return outside }
      return values.values[((n * size.c + c) * size.h + y) * size.w + x]
    }
    func map(_ body: (Double) -> Double) -> Grid {
      Grid(Activation(shape: values.shape, values: values.values.map(body)))
    }
  }

  private func note(_ stage: String, _ grid: Grid, isVector: Bool = false) {
    let shape = grid.values.shape
    stages[stage] =
      isVector ? Activation(shape: Array(shape[..<2]), values: grid.values.values) : grid.values
  }

  /// Windows along an axis, and the pixels padded before it.
  private func windows(
    _ length: Int, _ kernel: Int, _ stride: Int, _ rule: Contract.Padding, _ pad: Int?
  )
    -> (count: Int, before: Int)
  {
    if rule == .same, pad == nil {
      let count = Int((Double(length) / Double(stride)).rounded(.up))
      return (count, max((count - 1) * stride + kernel - length, 0) / 2)
    }
    let before = pad ?? (kernel - 1) / 2
    return ((length + 2 * before - kernel) / stride + 1, before)
  }

  private func convolve(_ grid: Grid, _ path: String, _ stride: Int, pad: Int? = nil) throws -> Grid
  {
    let tensor = try checkpoint.tensor("\(path)/weight")
    let weights = Grid(Activation(shape: tensor.shape, values: try tensor.doubles()))
    let (size, kernel) = (grid.size, weights.size)
    let rows = windows(size.h, kernel.h, stride, contract.encoder.padding, pad)
    let columns = windows(size.w, kernel.w, stride, contract.encoder.padding, pad)
    return Grid(size.n, kernel.n, rows.count, columns.count) { n, out, y, x in
      var sum = 0.0
      for c in 0..<kernel.c {
        for i in 0..<kernel.h {
          for j in 0..<kernel.w {
            sum +=
              weights.at(out, c, i, j)
              * grid.at(n, c, y * stride + i - rows.before, x * stride + j - columns.before)
          }
        }
      }
      return sum
    }
  }

  private func pool(_ grid: Grid) -> Grid {
    let size = grid.size
    let rows = windows(size.h, 3, 2, contract.encoder.poolPadding, nil)
    let columns = windows(size.w, 3, 2, contract.encoder.poolPadding, nil)
    return Grid(size.n, size.c, rows.count, columns.count) { n, c, y, x in
      var best = -Double.infinity
      for i in 0..<3 {
        for j in 0..<3 {
          best = max(
            best,
            grid.at(n, c, 2 * y + i - rows.before, 2 * x + j - columns.before, outside: -.infinity))
        }
      }
      return best
    }
  }

  private func normalise(_ grid: Grid, _ path: String) throws -> Grid {
    func read(_ leaf: String) throws -> [Double] {
      try checkpoint.tensor("\(path)/\(leaf)").doubles()
    }
    let size = grid.size
    var (mean, variance) = (try read("mean"), try read("variance"))
    if isTraining {
      let count = Double(size.n * size.h * size.w)
      func average(_ c: Int, _ value: (Double) -> Double) -> Double {
        var sum = 0.0
        for n in 0..<size.n {
          for y in 0..<size.h { for x in 0..<size.w { sum += value(grid.at(n, c, y, x)) } }
        }
        return sum / count
      }
      let (runningMean, runningVariance) = (mean, variance)
      mean = (0..<size.c).map { c in average(c) { $0 } }
      variance = (0..<size.c).map { c in average(c) { ($0 - mean[c]) * ($0 - mean[c]) } }
      let correction = contract.batchNorm.runningVariance == .biased ? 1 : count / (count - 1)
      try advance(mean, runningMean, path, "mean")
      try advance(variance.map { $0 * correction }, runningVariance, path, "variance")
    }
    let (scale, offset) = (try read("scale"), try read("offset"))
    return Grid(size.n, size.c, size.h, size.w) { n, c, y, x in
      (grid.at(n, c, y, x) - mean[c]) / (variance[c] + contract.batchNorm.eps).squareRoot()
        * scale[c]
        + offset[c]
    }
  }

  private func advance(_ new: [Double], _ old: [Double], _ path: String, _ leaf: String) throws {
    let keep = contract.batchNorm.keep
    let side = "training/bn/\(path)/\(leaf)"
    guard let hidden = try checkpoint["\(side)_hidden"]?.doubles() else {
      statistics["\(path)/\(leaf)"] = zip(old, new).map { keep * $0 + (1 - keep) * $1 }
      return
    }
    let updates = try checkpoint.tensor("\(side)_counter").doubles()[0] + 1
    var power = 1.0
    for _ in 0..<Int(updates) { power *= keep }
    let moved = zip(hidden, new).map { keep * $0 + (1 - keep) * $1 }
    statistics["\(side)_hidden"] = moved
    statistics["\(side)_counter"] = [updates]
    statistics["\(path)/\(leaf)"] = moved.map { $0 / (1 - power) }
  }

  private func run(_ input: Activation) throws {
    let path = "\(branch)/encoder"
    let encoder = contract.encoder
    func relu(_ grid: Grid) -> Grid { grid.map { max($0, 0) } }
    func convolution(_ grid: Grid, _ name: String, _ stride: Int, pad: Int? = nil) throws -> Grid {
      let result = try convolve(grid, "\(path)/\(name)", stride, pad: pad)
      note(name, result)
      return result
    }
    func norm(_ grid: Grid, _ name: String) throws -> Grid {
      let result = try normalise(grid, "\(path)/\(name)")
      note(name, result)
      return result
    }
    var x = try convolution(Grid(input), "stem/conv", encoder.stem.stride, pad: encoder.stem.pad)
    if encoder.version == 1 { x = relu(try norm(x, "stem/bn")) }
    if encoder.stem.pool {
      x = pool(x)
      note("stem/pool", x)
    }
    for stage in encoder.blocks.indices {
      for block in 0..<encoder.blocks[stage] {
        let name = "stage\(stage)/block\(block)"
        let stride = block == 0 ? encoder.strides[stage] : 1
        let layers = encoder.block == .basic ? 2 : 3
        var side = x
        let hasShortcut = checkpoint["\(path)/\(name)/shortcut/conv/weight"] != nil
        if encoder.version == 1, hasShortcut {
          side = try norm(
            try convolution(x, "\(name)/shortcut/conv", stride), "\(name)/shortcut/bn")
        }
        for layer in 0..<layers {
          let here = layer == encoder.strideAt ? stride : 1
          if encoder.version == 1 {
            x = try norm(try convolution(x, "\(name)/conv\(layer)", here), "\(name)/bn\(layer)")
            if layer < layers - 1 { x = relu(x) }
          } else {
            x = relu(try norm(x, "\(name)/bn\(layer)"))
            if layer == 0, hasShortcut {
              side = try convolution(x, "\(name)/shortcut/conv", stride)
            }
            x = try convolution(x, "\(name)/conv\(layer)", here)
          }
        }
        x = Grid(
          Activation(
            shape: x.values.shape, values: zip(x.values.values, side.values.values).map { $0 + $1 })
        )
        if encoder.version == 1 { x = relu(x) }
        note(name, x)
      }
      note("stage\(stage)", x)
    }
    if encoder.version == 2 { x = relu(try norm(x, "final/bn")) }
    let size = x.size
    let embedding = Grid(size.n, size.c, 1, 1) { n, c, _, _ in
      var sum = 0.0
      for row in 0..<size.h { for column in 0..<size.w { sum += x.at(n, c, row, column) } }
      return sum / Double(size.h * size.w)
    }
    note("embedding", embedding, isVector: true)
    note("logits", try linear(embedding, "\(branch)/heads/classifier"), isVector: true)
    let projection = try mlp(embedding, "projector")
    note("projection", projection, isVector: true)
    note("prediction", try mlp(projection, "predictor"), isVector: true)
  }

  private func mlp(_ input: Grid, _ network: String) throws -> Grid {
    var x = input
    var layer = 0
    while checkpoint["\(branch)/\(network)/linear\(layer)/weight"] != nil {
      if layer > 0 { x = x.map { max($0, 0) } }
      x = try linear(x, "\(branch)/\(network)/linear\(layer)")
      note("\(network)/linear\(layer)", x, isVector: true)
      if checkpoint["\(branch)/\(network)/bn\(layer)/scale"] != nil {
        x = try normalise(x, "\(branch)/\(network)/bn\(layer)")
        note("\(network)/bn\(layer)", x, isVector: true)
      }
      layer += 1
    }
    return x
  }

  private func linear(_ grid: Grid, _ path: String) throws -> Grid {
    let weights = try checkpoint.tensor("\(path)/weight")
    let values = try weights.doubles()
    let bias = try checkpoint["\(path)/bias"]?.doubles()
    let inputs = weights.shape[1]
    return Grid(grid.size.n, weights.shape[0], 1, 1) { n, out, _, _ in
      (0..<inputs).reduce(bias?[out] ?? 0) { $0 + values[out * inputs + $1] * grid.at(n, $1, 0, 0) }
    }
  }
}
