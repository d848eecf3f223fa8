/// Everything that is random in one view of one picture.
public struct Draws: Codable, Hashable, Sendable {
  /// The part that is resized to the view: of the picture or, where crops come last, of the square.
  public var crop: Box
  /// Whether left and right are exchanged.
  public var isFlipped = false
  /// How the colours are jittered, or nil where they are not.
  public var jitter: Jitter?
  /// Whether colours are dropped.
  public var isGrey = false
  /// The standard deviation of the blur in pixels, or nil where there is none.
  public var sigma: Double?
  /// Whether the upper half of the values is inverted.
  public var isSolarized = false

  /// A crop alone.
  public init(crop: Box) { self.crop = crop }

  /// The numbers of a colour jitter.
  public struct Jitter: Codable, Hashable, Sendable {
    /// What follows what: a permutation of the operations.
    public var order: [Operation]
    /// Added to the values (DeepMind), or multiplied with them (torchvision).
    public var brightness: Double
    /// The factor of contrast.
    public var contrast: Double
    /// The factor of saturation.
    public var saturation: Double
    /// The turn of the circle of hues; 1 is the whole circle.
    public var hue: Double

    /// The numbers of a jitter.
    public init(
      order: [Operation], brightness: Double, contrast: Double, saturation: Double, hue: Double
    ) {
      self.order = order
      self.brightness = brightness
      self.contrast = contrast
      self.saturation = saturation
      self.hue = hue
    }
  }

  /// A part of a colour jitter; numbered as in both originals.
  public enum Operation: Int, Codable, CaseIterable, Sendable {
    case brightness, contrast, saturation, hue
  }
}
