import Checkpoints

extension RemedyModule {
  /// Convolution and batch norm with what the weights were trained with.
  var layers: String {
    let bias = Self.python(shape.hasBiases)
    let eps = "eps=\(Self.python(contract.batchNorm.eps))"
    let momentum = Self.python(((1 - contract.batchNorm.keep) * 1e6).rounded() / 1e6)
    let norm = momentum == "0.1" ? eps : eps + ", momentum=\(momentum)"
    let convolution =
      isSame
      ? """
      class Conv(nn.Conv2d):
          \"""A convolution with SAME padding.\"""

          def __init__(self, inputs, outputs, kernel, stride=1):
              super().__init__(inputs, outputs, kernel, stride, bias=\(bias))

          def forward(self, x):
              return super().forward(same(x, self.kernel_size[0], self.stride[0]))
      """
      : """
      def Conv(inputs, outputs, kernel, stride=1):
          \"""A convolution padded alike on every side.\"""
          return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=\(bias))
      """
    return convolution + "\n\n\n" + """
      def Norm(channels):
          \"""A batch norm.\"""
          return nn.BatchNorm2d(channels, \(norm))
      """
  }

  /// A residual block.
  var block: String {
    let count = isBottleneck ? 3 : 2
    let kernels = isBottleneck ? [1, 3, 1] : [3, 3]
    let sizes =
      isBottleneck ? ["inputs", "width", "width", "outputs"] : ["inputs", "width", "outputs"]
    var lines: [String] = []
    for layer in 0..<count {
      let stride = layer == encoder.strideAt ? ", stride" : ""
      lines.append(
        "        self.conv\(layer + 1) = Conv(\(sizes[layer]), \(sizes[layer + 1]), \(kernels[layer])\(stride))"
      )
      lines.append("        self.bn\(layer + 1) = Norm(\(sizes[layer + 1]))")
    }
    var forward = ["        y = F.relu(self.bn1(self.conv1(x)))"]
    if isBottleneck { forward.append("        y = F.relu(self.bn2(self.conv2(y)))") }
    forward.append("        y = self.bn\(count)(self.conv\(count)(y))")
    return """
      class Block(nn.Module):
          \"""A residual block: \(isBottleneck ? "1x1, 3x3, 1x1" : "3x3, 3x3").\"""

          def __init__(self, inputs, width, outputs, stride, projects):
              super().__init__()
      \(lines.joined(separator: "\n"))
              self.downsample = None
              if projects:
                  self.downsample = nn.Sequential(Conv(inputs, outputs, 1, stride), Norm(outputs))

          def forward(self, x):
      \(forward.joined(separator: "\n"))
              return F.relu(y + (x if self.downsample is None else self.downsample(x)))
      """
  }

  var stage: String {
    """
    def Stage(blocks, inputs, width, outputs, stride, projects):
        \"""Blocks of which the first has the stride.\"""
        first = Block(inputs, width, outputs, stride, projects)
        return nn.Sequential(
            first, *(Block(outputs, width, outputs, 1, False) for _ in range(blocks - 1)))
    """
  }

  /// The layers without weights that stand in `nn.Sequential`.
  var parts: String {
    var result: [String] = []
    if encoder.stem.pool {
      result.append(
        """
        class Pool(nn.Module):
            \"""Max-pooling, 3x3 with stride 2; what is outside the image never wins.\"""

            def forward(self, x):
                return \(pooled("x"))
        """)
    }
    result.append(
      """
      class Mean(nn.Module):
          \"""The mean over the image.\"""

          def forward(self, x):
              return x.mean((2, 3))
      """)
    return result.joined(separator: "\n\n\n")
  }

  /// The max-pooling behind the stem.
  private func pooled(_ x: String) -> String {
    encoder.poolPadding == .same
      ? "F.max_pool2d(same(\(x), 3, 2, float(\"-inf\")), 3, 2)"
      : "F.max_pool2d(\(x), 3, 2, 1)"
  }

  /// The first convolution.
  private var stem: String {
    let stem = encoder.stem
    let sizes = "\(shape.channels), \(shape.stem), \(stem.kernel), \(stem.stride)"
    guard let pad = stem.pad else { return "Conv(\(sizes))" }
    return "nn.Conv2d(\(sizes), \(pad), bias=\(Self.python(shape.hasBiases)))"
  }

  private var stages: [String] {
    shape.stages.map { stage in
      "Stage(\(stage.blocks), \(stage.inputs), \(stage.width), \(stage.outputs), \(stage.stride), "
        + "\(Self.python(stage.projects)))"
    }
  }

  /// The network, with the file's names.
  var encoderClass: String {
    let doc = "\"\"\"\(contract.name): pictures [N, \(shape.channels), H, W] to embeddings.\"\"\""
    if isSequential {
      let children =
        [stem, "Norm(\(shape.stem))", "nn.ReLU()", encoder.stem.pool ? "Pool()" : "nn.Identity()"]
        + stages + ["Mean()"]
      return """
        class Encoder(nn.Sequential):
            \(doc)

            def __init__(self):
                super().__init__(
        \(children.map { "            \($0)," }.joined(separator: "\n"))
                )
        """
    }
    let made = stages.enumerated().map { "        self.layer\($0 + 1) = \($1)" }
    let run = stages.indices.map { "        x = self.layer\($0 + 1)(x)" }
    let pool = encoder.stem.pool ? "\n        x = \(pooled("x"))" : ""
    return """
      class Encoder(nn.Module):
          \(doc)

          def __init__(self):
              super().__init__()
              self.conv1 = \(stem)
              self.bn1 = Norm(\(shape.stem))
      \(made.joined(separator: "\n"))

          def forward(self, x):
              x = F.relu(self.bn1(self.conv1(x)))\(pool)
      \(run.joined(separator: "\n"))
              return x.mean((2, 3))
      """
  }
}
