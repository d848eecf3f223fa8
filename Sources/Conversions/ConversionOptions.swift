import Checkpoints
import Graphs

/// How a conversion is done.
public struct ConversionOptions: Sendable {
  /// The source's dialect, or nil to look at its names.
  public var from: String?
  /// The source's dialect itself, where it was found and has no name; `from` is then not looked at.
  public var found: Dialect?
  /// The output's dialect, or nil for the usual one.
  public var to: String?
  /// Further files of the source.
  public var with: [String] = []
  /// The source's format, or nil to look at its content.
  public var fromFormat: String?
  /// The output's format, or nil for that of its name.
  public var toFormat: String?
  /// Patterns of names to leave out.
  public var drop: [String] = []
  /// Parts of the source to take alone, in the words of `RoleChoice`; none for all of it.
  public var only: [String] = []
  /// Types that numbers are cast to, in the words of `CastPlan`; none where they stay as they are.
  public var dtype: [String] = []
  /// Fields of the contract that the user sets: `encoder.padding=symmetric`.
  public var settings: [String] = []
  /// `from-online` where the target that the source lacks begins as a copy; nil where nothing is made.
  public var target: String?
  /// `random` or `random:HIDDEN` where a predictor is made that the source lacks.
  public var predictor: String?
  /// Where the generator of random weights begins; 0 where nil.
  public var seed: UInt64?
  /// Whether a bias that the output's dialect has and the checkpoint lacks is written as zeros.
  public var zeroBiases = false
  /// The licence of the weights by the user's word; nil leaves what the source says.
  public var licence: String?
  /// Whether an existing output is replaced.
  public var force = false
  /// Whether nothing is written.
  public var dryRun = false
  /// Whether the float64 engine's numbers for a probe are recorded.
  public var probe = true
  /// Whether the output is on the disk before it gets its name.
  public var sync = true
  /// Whether the output is read again and compared with the source before it gets its name.
  public var verify = true
  /// Whether the source's SHA-256, and those of its tensors, are recorded.
  public var sourceHash = true
  /// The images that an ONNX graph takes.
  public var inputSize = GraphInputSize.contract
  /// The most bytes of tensors in a file of a directory of safetensors; nil where the output is one file.
  public var shardSize: Int?
  /// Threads that read, hash and write.
  public var threads = 2

  /// Everything on, nothing said.
  public init() {}
}
