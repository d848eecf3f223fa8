import Tensors

/// How two views are made of a picture: what is drawn, and what is done with it.
public struct Augmentation: Codable, Hashable, Sendable {
  /// Whose arithmetic it is.
  public enum Pipeline: String, Codable, Sendable {
    /// `DeepMindPipeline.swift`.
    case deepmind
    /// `TorchvisionPipeline.swift`.
    case torchvision
  }

  /// The probabilities of one view.
  public struct View: Codable, Hashable, Sendable {
    /// Of exchanging left and right.
    public var flip = 0.5
    /// Of jittering colours.
    public var jitter = 0.8
    /// Of dropping colours.
    public var grey = 0.2
    /// Of blurring.
    public var blur: Double
    /// Of solarizing.
    public var solarize: Double
  }

  /// How far colours are jittered: from 1 - x to 1 + x, hue from -x to x.
  public struct Strength: Codable, Hashable, Sendable {
    /// Brightness.
    public var brightness = 0.4
    /// Contrast.
    public var contrast = 0.4
    /// Saturation.
    public var saturation = 0.2
    /// Hue, where 1 is the whole circle.
    public var hue = 0.1
  }

  /// The name by which recipes call it.
  public var name: String
  /// Whose arithmetic it is.
  public var pipeline: Pipeline
  /// Height and width of the views, in pixels.
  public var size: Int
  /// The first and the second view.
  public var views: [View]
  /// How far colours are jittered.
  public var strength = Strength()
  /// The smallest part of a picture's area that a crop has.
  public var smallestCrop = 0.08
  /// How crops are interpolated.
  public var filter: ResampleFilter
  /// How views are blurred.
  public var blur: Blur
  /// The range of the blur's standard deviation, in pixels.
  public var sigmas = [0.1, 2.0]
  /// Whether the picture first becomes the square of evaluation, and is cropped at the very end.
  public var cropsLast = false

  /// Random crops and flips alone: what linear evaluation trains on.
  public var cropAndFlip: Augmentation {
    var copy = self
    copy.views = views.map { View(flip: $0.flip, jitter: 0, grey: 0, blur: 0, solarize: 0) }
    return copy
  }

  /// Draws what is random in one view, from the given generator alone.
  ///
  /// The numbers are drawn in the order of the fields of `Draws`, and as many whatever is applied,
  /// but for crops that have to be tried again.
  ///
  /// - Parameters:
  ///   - view: 0 or 1.
  ///   - width: of the picture.
  ///   - height: of the picture.
  public func draw(
    view: Int, width: Int, height: Int, using generator: inout SplitMix64
  ) -> Draws {
    let chances = views[view]
    let (width, height) = cropsLast ? (size, size) : (width, height)
    var draws = Draws(
      crop: pipeline == .deepmind
        ? deepMindCrop(width: width, height: height, using: &generator)
        : torchvisionCrop(width: width, height: height, using: &generator))
    draws.isFlipped = generator.nextFraction() < chances.flip
    let isJittered = generator.nextFraction() < chances.jitter
    let jitter = drawJitter(using: &generator)
    draws.jitter = isJittered ? jitter : nil
    draws.isGrey = generator.nextFraction() < chances.grey
    let isBlurred = generator.nextFraction() < chances.blur
    let sigma = generator.uniform(sigmas[0], sigmas[1])
    draws.sigma = isBlurred ? sigma : nil
    draws.isSolarized = generator.nextFraction() < chances.solarize
    return draws
  }

  /// Makes a view: [3, size, size], 0 to 1, before normalisation.
  ///
  /// - Throws: `Failure` (`usage`) where the draws are not for a picture of that size.
  public func apply(_ draws: Draws, to picture: Picture) throws -> FloatPicture {
    let whole = cropsLast ? Box(x: 0, y: 0, width: size, height: size) : picture.bounds
    guard draws.crop.lies(in: whole) else {
      throw Failure(
        .usage, "a crop of \(draws.crop) does not lie in \(whole.width) x \(whole.height) pixels")
    }
    switch pipeline {
    case .deepmind: return deepMindView(draws, of: picture)
    case .torchvision: return try torchvisionView(draws, of: picture)
    }
  }

  private func drawJitter(using generator: inout SplitMix64) -> Draws.Jitter {
    var order = Draws.Operation.allCases
    // Fisher and Yates: every permutation is as likely.
    for last in (1..<order.count).reversed() {
      order.swapAt(last, generator.index(below: last + 1))
    }
    let middle = pipeline == .deepmind ? 0.0 : 1
    return Draws.Jitter(
      order: order,
      brightness: generator.about(middle, strength.brightness, least: middle - 1),
      contrast: generator.about(1, strength.contrast, least: 0),
      saturation: generator.about(1, strength.saturation, least: 0),
      hue: generator.uniform(-strength.hue, strength.hue))
  }
}

extension SplitMix64 {
  /// The next number of [low, high).
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * nextFraction()
  }

  /// The next whole number of 0 to `count` - 1.
  mutating func index(below count: Int) -> Int {
    min(count - 1, Int(nextFraction() * Double(count)))
  }

  /// The next number so far about the middle, but not below the least.
  fileprivate mutating func about(
    _ middle: Double, _ distance: Double, least: Double
  ) -> Double {
    uniform(max(least, middle - distance), middle + distance)
  }
}
