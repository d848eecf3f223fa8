/// Everything a forward pass needs that names and shapes do not say.
///
/// The JSON form, with snake_case keys, is the `/contract` document of a native file; its schema is
/// `schemas/contract.schema.json`. Where each field comes from is kept beside it, in `Origins`.
public struct Contract: Codable, Hashable, Sendable {
  /// The convolutional network f.
  public var encoder: Encoder
  /// Batch normalisation, in the encoder and in the heads.
  public var batchNorm: BatchNorm
  /// The projector g and the predictor q.
  public var mlp: MLP
  /// The simplicial embedding before the projector, where there is one.
  public var sem: SEM?
  /// What the first convolution expects to see.
  public var input: Input

  /// A whole contract.
  public init(
    encoder: Encoder, batchNorm: BatchNorm, mlp: MLP, sem: SEM? = nil, input: Input
  ) {
    self.encoder = encoder
    self.batchNorm = batchNorm
    self.mlp = mlp
    self.sem = sem
    self.input = input
  }

  enum CodingKeys: String, CodingKey {
    case encoder, mlp, sem, input
    case batchNorm = "bn"
  }

  /// A ResNet, as far as its tensors do not describe it; of another family, its name alone.
  public struct Encoder: Codable, Hashable, Sendable {
    /// The family: `resnet`, `audio-ntt` (the encoder of BYOL-A), `other`, which no engine runs, or
    /// `none` where there is no encoder.
    public var family: String
    /// The kind of residual block.
    public var block: Block
    /// 1 where a convolution comes first, 2 where batch norm and ReLU do (He, Zhang, Ren, Sun, 2016).
    public var version: Int
    /// Blocks in each stage.
    public var blocks: [Int]
    /// Output channels of each stage.
    public var channels: [Int]
    /// Stride of the first block of each stage.
    public var strides: [Int]
    /// The first convolution and pooling.
    public var stem: Stem
    /// Which convolution of a block has the stride: 0, 1 (the 3x3 of a bottleneck, DeepMind and
    /// torchvision) ...
    public var strideAt: Int
    /// How convolutions with a kernel larger than 1 are padded.
    public var padding: Padding
    /// How the max-pooling after the stem is padded, always with minus infinity.
    public var poolPadding: Padding

    enum CodingKeys: String, CodingKey {
      case family, block, version, blocks, channels, strides, stem, padding
      case strideAt = "stride_at"
      case poolPadding = "pool_padding"
    }

    /// A whole description.
    public init(
      family: String = "resnet", block: Block, version: Int, blocks: [Int], channels: [Int],
      strides: [Int], stem: Stem, strideAt: Int, padding: Padding, poolPadding: Padding
    ) {
      self.family = family
      self.block = block
      self.version = version
      self.blocks = blocks
      self.channels = channels
      self.strides = strides
      self.stem = stem
      self.strideAt = strideAt
      self.padding = padding
      self.poolPadding = poolPadding
    }
  }

  /// A kind of residual block.
  public enum Block: String, Codable, Hashable, Sendable {
    /// Two 3x3 convolutions (ResNet-18, 34).
    case basic
    /// 1x1, 3x3, 1x1 (ResNet-50 and deeper).
    case bottleneck
  }

  /// How the edges of an image are padded.
  public enum Padding: String, Codable, Hashable, Sendable {
    /// TensorFlow's and Haiku's: out = ceil(n/s), the odd pixel after the image.
    case same
    /// PyTorch's: (k-1)/2 pixels on every side.
    case symmetric
  }

  /// The first convolution and what follows it.
  public struct Stem: Codable, Hashable, Sendable {
    /// Kernel size of the convolution, in pixels.
    public var kernel: Int
    /// Stride of the convolution.
    public var stride: Int
    /// Pixels on every side, where they are neither SAME nor (kernel-1)/2.
    public var pad: Int?
    /// Whether a 3x3 max-pooling of stride 2 follows.
    public var pool: Bool

    /// A whole description.
    public init(kernel: Int, stride: Int, pad: Int? = nil, pool: Bool) {
      self.kernel = kernel
      self.stride = stride
      self.pad = pad
      self.pool = pool
    }
  }

  /// The constants of batch normalisation.
  public struct BatchNorm: Codable, Hashable, Sendable {
    /// Added to the variance.
    public var eps: Double
    /// The share of a running statistic that an update keeps (0.9; PyTorch's momentum is 1 - keep).
    public var keep: Double
    /// Whether the running variance averages biased or unbiased batch variances.
    public var runningVariance: RunningVariance

    enum CodingKeys: String, CodingKey {
      case eps, keep
      case runningVariance = "running_variance"
    }

    /// A whole description.
    public init(eps: Double, keep: Double, runningVariance: RunningVariance) {
      self.eps = eps
      self.keep = keep
      self.runningVariance = runningVariance
    }
  }

  /// Which variance of a batch the running variance averages.
  public enum RunningVariance: String, Codable, Hashable, Sendable {
    /// Divided by n (Haiku, Keras).
    case biased
    /// Divided by n - 1 (PyTorch).
    case unbiased
  }

  /// The shapes of projector and predictor, empty where the checkpoint has none.
  public struct MLP: Codable, Hashable, Sendable {
    /// Sizes from input to output: 2048, 4096, 256.
    public var projector: [Int]
    /// Sizes from input to output: 256, 4096, 256.
    public var predictor: [Int]
    /// Whether each linear layer of the projector has a bias.
    public var projectorBiases: [Bool]
    /// Whether each linear layer of the predictor has a bias.
    public var predictorBiases: [Bool]

    enum CodingKeys: String, CodingKey {
      case projector, predictor
      case projectorBiases = "projector_biases"
      case predictorBiases = "predictor_biases"
    }

    /// A whole description.
    public init(
      projector: [Int], predictor: [Int], projectorBiases: [Bool], predictorBiases: [Bool]
    ) {
      self.projector = projector
      self.predictor = predictor
      self.projectorBiases = projectorBiases
      self.predictorBiases = predictorBiases
    }
  }

  /// A simplicial embedding (Lavoie, Tsirigotis and others 2022).
  ///
  /// A linear layer and batch norm, then softmax over `size` numbers in each of `groups`.
  public struct SEM: Codable, Hashable, Sendable {
    /// L: the number of groups.
    public var groups: Int
    /// V: the numbers in a group.
    public var size: Int
    /// What the numbers are divided by before the softmax.
    public var temperature: Double

    /// A whole description.
    public init(groups: Int, size: Int, temperature: Double) {
      self.groups = groups
      self.size = size
      self.temperature = temperature
    }
  }

  /// How a picture becomes the network's input.
  public struct Input: Codable, Hashable, Sendable {
    /// Largest value of a pixel before normalisation: 1 or 255.
    public var range: Double
    /// Subtracted from each channel, in units of `range`; empty where nothing is subtracted.
    public var mean: [Double]
    /// Each channel is divided by it; empty where it is not.
    public var std: [Double]
    /// `RGB` or `BGR`.
    public var channelOrder: String
    /// Where mean and std are applied: `network` (inside the saved program) or `data`.
    public var normalised: String
    /// Height and width for evaluation, in pixels.
    public var size: Int
    /// How the square is cut: `center-first` (crop, then resize: DeepMind) or `resize-first`.
    public var crop: String
    /// Resize filter: `bicubic` or `bilinear`.
    public var filter: String
    /// Whether the resize filter widens when shrinking.
    public var antialias: Bool
    /// JPEG inverse transform: `fast` (TensorFlow) or `accurate` (PIL, torchvision).
    public var jpegDCT: String

    enum CodingKeys: String, CodingKey {
      case range, mean, std, normalised, size, crop, filter, antialias
      case channelOrder = "channel_order"
      case jpegDCT = "jpeg_dct"
    }

    /// A whole description.
    public init(
      range: Double, mean: [Double], std: [Double], channelOrder: String, normalised: String,
      size: Int, crop: String, filter: String, antialias: Bool, jpegDCT: String
    ) {
      self.range = range
      self.mean = mean
      self.std = std
      self.channelOrder = channelOrder
      self.normalised = normalised
      self.size = size
      self.crop = crop
      self.filter = filter
      self.antialias = antialias
      self.jpegDCT = jpegDCT
    }
  }
}
