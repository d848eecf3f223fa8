/// What an examination of a checkpoint found; its JSON form is `health` of what
/// `byol-inspect --json --health` prints (`schemas/health.schema.json`).
public struct HealthReport: Codable, Sendable {
  /// What the owner should know, the worst first.
  public var findings: [Finding]
  /// Numbers about every tensor of weights, running statistics and optimiser state, in the order of
  /// their names.
  public var tensors: [TensorMeasures]
  /// Online and target beside each other; absent where the checkpoint has not both.
  public var target: TargetReport?
  /// Features of pictures; absent where no network could be run.
  public var features: FeatureReport?
  /// Why there are none.
  public var featuresMissing: String?

  enum CodingKeys: String, CodingKey {
    case findings, tensors, target, features
    case featuresMissing = "features_missing"
  }

  /// A report.
  public init(findings: [Finding], tensors: [TensorMeasures]) {
    self.findings = findings.sorted { $0.severity < $1.severity }
    self.tensors = tensors
  }
}

/// How far the target is behind the online network.
public struct TargetReport: Codable, Sendable {
  /// A parameter that both networks have.
  public struct Layer: Codable, Sendable {
    /// Its path without the branch: `encoder/stem/conv/weight`.
    public var path: String
    /// |online - target| / |online|; absent where it is not finite.
    public var distance: Double?
    /// The cosine of the angle between them; absent where one is zero.
    public var cosine: Double?
    /// The constant tau that the distance implies (`LagModel`).
    public var tau: Double?

    /// A parameter.
    public init(path: String, distance: Double?, cosine: Double?, tau: Double? = nil) {
      self.path = path
      self.distance = distance
      self.cosine = cosine
      self.tau = tau
    }
  }

  /// What the recipe and the optimiser's state say of the distance.
  public struct Lag: Codable, Sendable {
    /// tau of the last update, by the recipe.
    public var recipeTau: Double
    /// How many steps behind the target is by the recipe: the mean age of the weights that it averages.
    public var recipeSteps: Double
    /// The constant tau that the distance implies; absent where none gives it.
    public var impliedTau: Double?
    /// How many steps behind that is.
    public var impliedSteps: Double?
    /// The distance in units of what the recipe gives.
    public var ratio: Double

    enum CodingKeys: String, CodingKey {
      case ratio
      case recipeTau = "recipe_tau"
      case recipeSteps = "recipe_steps"
      case impliedTau = "implied_tau"
      case impliedSteps = "implied_steps"
    }

    /// What is known of a lag.
    public init(
      recipeTau: Double, recipeSteps: Double, impliedTau: Double?, impliedSteps: Double?,
      ratio: Double
    ) {
      self.recipeTau = recipeTau
      self.recipeSteps = recipeSteps
      self.impliedTau = impliedTau
      self.impliedSteps = impliedSteps
      self.ratio = ratio
    }
  }

  /// All parameters as one.
  public var all: Layer
  /// Each of them, in the order of their names.
  public var layers: [Layer]
  /// How far behind in steps; absent where the checkpoint does not tell.
  public var lag: Lag?
  /// Why that is not told.
  public var lagMissing: String?

  enum CodingKeys: String, CodingKey {
    case all, layers, lag
    case lagMissing = "lag_missing"
  }

  /// A report without a lag.
  public init(all: Layer, layers: [Layer]) {
    self.all = all
    self.layers = layers
  }
}

/// What a network makes of pictures.
public struct FeatureReport: Codable, Sendable {
  /// An output, and the measures of its collapse.
  public struct Measured: Codable, Sendable {
    /// `embedding`, `projection`, `prediction`.
    public var output: String
    /// Its dimensions.
    public var width: Int
    /// `FeatureMatrix.featureDeviation`.
    public var deviation: Double
    /// The largest that it could be: 1/sqrt(width).
    public var healthyDeviation: Double
    /// `Spectrum.effectiveRank`.
    public var effectiveRank: Double

    enum CodingKeys: String, CodingKey {
      case output, width, deviation
      case healthyDeviation = "healthy_deviation"
      case effectiveRank = "effective_rank"
    }

    /// Measures of an output.
    public init(
      output: String, width: Int, deviation: Double, healthyDeviation: Double,
      effectiveRank: Double
    ) {
      self.output = output
      self.width = width
      self.deviation = deviation
      self.healthyDeviation = healthyDeviation
      self.effectiveRank = effectiveRank
    }
  }

  /// Channels of a block's output that are zero for every picture.
  public struct DeadUnits: Codable, Sendable {
    /// The block: `stage2/block0`.
    public var stage: String
    /// Channels that are zero everywhere.
    public var dead: Int
    /// All of its channels.
    public var channels: Int

    /// A block's.
    public init(stage: String, dead: Int, channels: Int) {
      self.stage = stage
      self.dead = dead
      self.channels = channels
    }
  }

  /// Features of the first output in the plane of its two largest principal components.
  public struct Projection: Codable, Sendable {
    /// A point for each picture.
    public var points: [[Double]]
    /// The share of the variance along each axis.
    public var shares: [Double]
    /// The number of each picture's class in `classes`; absent where pictures have none.
    public var labels: [Int]?
    /// The classes: names of folders.
    public var classes: [String]

    /// A projection.
    public init(points: [[Double]], shares: [Double], labels: [Int]?, classes: [String]) {
      self.points = points
      self.shares = shares
      self.labels = labels
      self.classes = classes
    }
  }

  /// Which network: online or target.
  public var branch: String
  /// What was shown to it: `probe` or the folder, as the user named it.
  public var source: String
  /// Pictures.
  public var pictures: Int
  /// Pictures that could not be read.
  public var leftOut: Int
  /// Height and width of what the network saw, in pixels.
  public var size: Int
  /// What computed: `onednn float32`.
  public var engine: String
  /// Each output that the network has; the first is the embedding.
  public var outputs: [Measured]
  /// The singular values of the embeddings less their mean, the largest first.
  public var singularValues: [Double]
  /// The embeddings in the plane; absent where all are the same.
  public var projection: Projection?
  /// Blocks whose channels were looked at, in the order of the network.
  public var deadUnits: [DeadUnits]

  enum CodingKeys: String, CodingKey {
    case branch, source, pictures, size, engine, outputs, projection
    case leftOut = "left_out"
    case singularValues = "singular_values"
    case deadUnits = "dead_units"
  }

  /// Features of pictures, without any yet.
  public init(branch: String, source: String, pictures: Int, size: Int, engine: String) {
    self.branch = branch
    self.source = source
    self.pictures = pictures
    self.size = size
    self.engine = engine
    leftOut = 0
    outputs = []
    singularValues = []
    deadUnits = []
  }
}
