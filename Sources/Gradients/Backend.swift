/// The arithmetic of layers, forwards and backwards, in one library and one precision.
///
/// Each function computes a layer and, where `isRecording`, hands back how a gradient goes through it:
/// a pullback takes the gradient of the loss with respect to the layer's output, adds to the gradients
/// of the layer's parameters, and gives the gradient with respect to its input. A pullback is called
/// once at most, and the value given to it may be overwritten. What a pullback needs of the forward pass
/// it keeps; when it is gone, so is that memory.
public protocol Backend: AnyObject {
  /// The numbers computed with.
  associatedtype Scalar: TrainingScalar
  /// An activation, [N, C, H, W] or [N, C] in the backend's own layout.
  associatedtype Value

  /// Output gradient to input gradient.
  typealias Pullback = (Value) throws -> Value

  /// What numbers made with it are labelled with: `openblas float64`.
  var name: String { get }
  /// Whether pullbacks are wanted; without it layers may forget their inputs and work in place.
  var isRecording: Bool { get set }

  /// An activation of the given numbers, row-major in the order of `shape`.
  func value(_ numbers: [Scalar], shape: [Int]) throws -> Value
  /// The numbers of an activation, row-major [N, C, H, W] or [N, C].
  func numbers(of value: Value) throws -> [Scalar]
  /// [N, C, H, W] or [N, C].
  func shape(of value: Value) -> [Int]

  /// A convolution (cross-correlation) with an OIHW weight, zero-padded.
  ///
  /// - Parameter needsInput: whether the gradient of the input is wanted; where it is not (the first
  ///   layer), the pullback gives back a value that nobody reads.
  func convolve(
    _ input: Value, _ weight: Parameter<Scalar>, bias: Parameter<Scalar>?, _ window: Window,
    needsInput: Bool
  ) throws -> (Value, Pullback)

  /// Batch norm with the batch's own moments (training), and a ReLU behind it where it `rectifies`.
  ///
  /// - Returns: the output, the batch's moments in float64 (the variance biased), the pullback.
  func normalise(
    _ input: Value, _ norm: Norm<Scalar>, rectifies: Bool
  ) throws -> (Value, Moments, Pullback)

  /// Batch norm with given moments (evaluation), which are constants to the pullback.
  func normalise(
    _ input: Value, _ norm: Norm<Scalar>, by moments: Moments, rectifies: Bool
  ) throws -> (Value, Pullback)

  /// max(x, 0); the gradient at 0 is 0.
  func rectify(_ input: Value) throws -> (Value, Pullback)

  /// left + right, and a ReLU behind it where it `rectifies`; the pullback's gradient belongs to both.
  func add(_ left: Value, _ right: Value, rectifies: Bool) throws -> (Value, Pullback)

  /// The sum of two gradients; either may be overwritten.
  func sum(_ left: Value, _ right: Value) throws -> Value
  /// A copy that can be overwritten without harm to the original.
  func copy(_ value: Value) throws -> Value

  /// Max-pooling, padded with minus infinity; of equal values the first one of a window has the gradient.
  func maxPool(_ input: Value, _ window: Window) throws -> (Value, Pullback)
  /// The mean over height and width: [N, C].
  func average(_ input: Value) throws -> (Value, Pullback)
  /// input * weight^T + bias: [N, in] -> [N, out].
  func linear(
    _ input: Value, _ weight: Parameter<Scalar>, bias: Parameter<Scalar>?
  ) throws -> (Value, Pullback)
  /// Softmax of input / temperature within each group of `size` numbers: [N, groups * size].
  func softmax(_ input: Value, size: Int, temperature: Double) throws -> (Value, Pullback)
}

/// How a window moves over height and width, in pixels.
public struct Window: Hashable, Sendable {
  /// Height and width of the window.
  public var kernel: [Int]
  /// Distance of neighbouring windows.
  public var stride: [Int]
  /// Pixels added above and left.
  public var before: [Int]
  /// Pixels added below and right.
  public var after: [Int]
  /// Windows along height and width.
  public var count: [Int]

  /// A window along both axes.
  public init(kernel: [Int], stride: [Int], before: [Int], after: [Int], count: [Int]) {
    self.kernel = kernel
    self.stride = stride
    self.before = before
    self.after = after
    self.count = count
  }
}

/// The parameters of a batch norm, [C] each; without them it normalises alone.
public struct Norm<Scalar: TrainingScalar> {
  /// Multiplied with the normalised values.
  public var scale: Parameter<Scalar>?
  /// Added to them.
  public var offset: Parameter<Scalar>?
  /// Added to the variance.
  public var eps: Double

  /// A batch norm.
  public init(scale: Parameter<Scalar>?, offset: Parameter<Scalar>?, eps: Double) {
    self.scale = scale
    self.offset = offset
    self.eps = eps
  }
}

/// Mean and variance of each channel.
public struct Moments: Sendable {
  /// [C].
  public var mean: [Double]
  /// [C]; of a batch: biased, divided by n.
  public var variance: [Double]
  /// The samples of a channel: N * H * W.
  public var count: Int

  /// Moments of channels.
  public init(mean: [Double], variance: [Double], count: Int) {
    self.mean = mean
    self.variance = variance
    self.count = count
  }
}
