import Checkpoints
import Tensors

/// What a network that begins from random weights is like.
public struct NetworkDesign: Codable, Hashable, Sendable {
  /// The program whose conventions are followed, so that the checkpoint is one of its kind.
  public enum Conventions: String, Codable, CaseIterable, Sendable {
    /// DeepMind's JAX release: SAME padding, a projection in the first block of every stage, biased and
    /// zero-debiased running statistics, truncated normal weights, a target of its own random weights
    /// with predictor and classifier.
    case deepMind = "deepmind"
    /// PyTorch's programs (torchvision's ResNet, lightly's heads): symmetric padding, unbiased running
    /// variances, He's weights, a target that is a copy of the online encoder and projector.
    case torch
  }

  /// What stands before the residual blocks.
  public enum Stem: String, Codable, CaseIterable, Sendable {
    /// A 7x7 convolution of stride 2 and a 3x3 max-pooling of stride 2, for pictures of 224 pixels.
    case imageNet = "imagenet"
    /// A 3x3 convolution of stride 1 and no pooling, for pictures of 32 pixels (He et al. 2016a, 4.2;
    /// SimCLR, appendix B.9).
    case cifar
  }

  /// Layers with weights: 18, 34, 50, 101, 152 or 200.
  public var depth: Int
  /// Multiplies the channels of all convolutions, of which the stem has 64 at width 1.
  public var width: Double
  /// 1 (He, Zhang, Ren and Sun 2016a) or 2 (2016b, which normalises before each convolution).
  public var version: Int
  /// What stands before the residual blocks.
  public var stem: Stem
  /// The program whose conventions are followed.
  public var conventions: Conventions
  /// How convolutions and the max-pooling are padded; nil for the program's way.
  public var padding: Contract.Padding?
  /// Length of the hidden layers of projector and predictor.
  public var hidden: Int
  /// Length of projections and predictions.
  public var output: Int
  /// Classes of the linear classifier on the embedding; 0 for none.
  public var classes: Int
  /// Whether the last batch norm of a block begins with the scale 0 (Goyal and others 2017, 5.1).
  ///
  /// DeepMind's code as it stands does so in bottlenecks of version 1; the paper's networks did not.
  public var zeroesLastScale: Bool

  /// The paper's ResNet-50, unless said otherwise.
  public init(
    depth: Int = 50, width: Double = 1, version: Int = 1, stem: Stem = .imageNet,
    conventions: Conventions = .deepMind, padding: Contract.Padding? = nil, hidden: Int = 4096,
    output: Int = 256, classes: Int = 0, zeroesLastScale: Bool = false
  ) {
    self.depth = depth
    self.width = width
    self.version = version
    self.stem = stem
    self.conventions = conventions
    self.padding = padding
    self.hidden = hidden
    self.output = output
    self.classes = classes
    self.zeroesLastScale = zeroesLastScale
  }

  /// The depths there are.
  public static let depths = [18, 34, 50, 101, 152, 200]

  /// Blocks in each of the four stages.
  var blocks: [Int] {
    switch depth {
    case 18: [2, 2, 2, 2]
    case 101: [3, 4, 23, 3]
    case 152: [3, 8, 36, 3]
    case 200: [3, 24, 36, 3]
    default: [3, 4, 6, 3]
    }
  }

  /// The kind of block of that depth.
  var block: Contract.Block { depth < 50 ? .basic : .bottleneck }

  /// Channels of a ResNet of width 1 at this width: at least one.
  func scaled(_ channels: Int) -> Int { max(1, Int((Double(channels) * width).rounded())) }

  /// Refuses a design that nobody can mean.
  ///
  /// - Throws: `Failure` (`usage`).
  func check() throws {
    func require(_ holds: Bool, _ what: String, _ expected: String, _ found: Any) throws {
      guard !holds else { return }
      throw Failure(.usage, place: what, "expected \(expected), found \(found)")
    }
    try require(
      Self.depths.contains(depth), "depth", Self.depths.map(String.init).joined(separator: ", "),
      depth)
    try require(width > 0 && width <= 16, "width", "more than 0, and at most 16", width)
    try require((1...2).contains(version), "version", "1 or 2", version)
    try require(
      version == 1 || conventions == .deepMind, "version", "1 in PyTorch's conventions", version)
    try require((1...1 << 16).contains(hidden), "hidden", "1 to 65536", hidden)
    try require((1...1 << 16).contains(output), "output", "1 to 65536", output)
    try require((0...1 << 20).contains(classes), "classes", "0 to 1048576", classes)
  }
}
