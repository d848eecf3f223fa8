/// What was verified when a file was made, so that every later reader can verify it again.
///
/// The JSON form is the `/verification` document of a native file; its schema is
/// `schemas/verification.schema.json`.
public struct Verification: Codable, Hashable, Sendable {
  /// The forward pass of the float64 engine, or absent where it was not run.
  public var probe: Probe?
  /// Why there is no probe, where there is none.
  public var probeMissing: String?
  /// Whether the written tensors, taken back through the dialect, were compared with the source's.
  public var comparedWithSource: Bool
  /// Comparisons with outputs of other programs.
  public var references: [Reference]

  /// Nothing verified yet.
  public init() {
    comparedWithSource = false
    references = []
  }

  enum CodingKeys: String, CodingKey {
    case probe, references
    case probeMissing = "probe_missing"
    case comparedWithSource = "compared_with_source"
  }

  /// A forward pass on numbers that anyone can make again.
  public struct Probe: Codable, Hashable, Sendable {
    /// The engine that made the numbers.
    public var engine: String
    /// Shape of the input, [N, C, H, W].
    public var shape: [Int]
    /// Seed of the generator of the input (`docs/format.md`).
    public var seed: UInt64
    /// Largest deviation of a float32 engine that is agreement.
    public var tolerance: Double
    /// Stages by network, in the order in which they are computed.
    public var stages: [Stage]

    /// A probe.
    public init(engine: String, shape: [Int], seed: UInt64, tolerance: Double, stages: [Stage]) {
      self.engine = engine
      self.shape = shape
      self.seed = seed
      self.tolerance = tolerance
      self.stages = stages
    }
  }

  /// Three numbers that stand for an activation.
  public struct Stage: Codable, Hashable, Sendable {
    /// Which network.
    public var branch: Branch
    /// The stage's name: `stage0/block0`, `embedding` ...
    public var name: String
    /// Mean of the values.
    public var mean: Double
    /// Root of the mean square.
    public var rms: Double
    /// Dot product with the generator's +-1 vector, divided by the root of the number of values.
    public var dot: Double

    /// A stage.
    public init(branch: Branch, name: String, mean: Double, rms: Double, dot: Double) {
      self.branch = branch
      self.name = name
      self.mean = mean
      self.rms = rms
      self.dot = dot
    }
  }

  /// A comparison with another program's outputs.
  public struct Reference: Codable, Hashable, Sendable {
    /// The reference's file name.
    public var name: String
    /// Largest of max|a-b| / max|b| over its arrays.
    public var error: Double
    /// The tolerance it was held against.
    public var tolerance: Double

    /// A comparison.
    public init(name: String, error: Double, tolerance: Double) {
      self.name = name
      self.error = error
      self.tolerance = tolerance
    }
  }
}
