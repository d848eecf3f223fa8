import Checkpoints
import Tensors

/// How a picture becomes the square that a network is evaluated on, as its contract says.
public struct Preprocessing: Sendable {
  /// How the square is cut.
  public enum Crop: String, Sendable {
    /// 7/8 of the shorter side from the middle, then resized: DeepMind's `_decode_and_center_crop`.
    case centreFirst = "center-first"
    /// The shorter side to 8/7 of the size, then the middle: `Resize(256)` and `CenterCrop(224)` of
    /// torchvision. A picture that has the size already is taken as it is, as CIFAR-10 is evaluated.
    case resizeFirst = "resize-first"
  }

  /// Height and width, in pixels.
  public var size: Int
  /// How the square is cut.
  public var crop: Crop
  /// How it is interpolated.
  public var filter: ResampleFilter
  /// Whether the filter widens when shrinking (Pillow), or not (TensorFlow).
  public var isAntialiased: Bool

  /// Preprocessing with antialiasing.
  init(size: Int, crop: Crop, filter: ResampleFilter) {
    self.size = size
    self.crop = crop
    self.filter = filter
    isAntialiased = true
  }

  /// Preprocessing as a network's contract says.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract names an unknown way, or no size.
  public init(_ input: Contract.Input) throws {
    guard let crop = Crop(rawValue: input.crop) else {
      throw Failure(
        place: "input.crop", expected: "center-first or resize-first", found: input.crop)
    }
    guard input.size > 0, input.size <= 1 << 12 else {
      throw Failure(place: "input.size", expected: "1 to 4096 pixels", found: "\(input.size)")
    }
    size = input.size
    self.crop = crop
    filter = try ResampleFilter(input)
    isAntialiased = input.antialias
  }

  /// The square: [3, size, size], 0 to 1.
  ///
  /// - Throws: `Failure` (`badInput`) where the picture is so long and narrow that, resized, it would
  ///   have more than `Picture.maximumPixels`.
  public func callAsFunction(_ picture: Picture) throws -> FloatPicture {
    switch crop {
    case .centreFirst: return resized(picture, picture.deepMindCentre, width: size, height: size)
    case .resizeFirst:
      if picture.width == size, picture.height == size { return FloatPicture(picture) }
      let (short, long) = (
        min(picture.width, picture.height), max(picture.width, picture.height)
      )
      let newShort = size * 256 / 224
      let newLong = newShort * long / short
      let isWide = picture.width >= picture.height
      let (width, height) = isWide ? (newLong, newShort) : (newShort, newLong)
      try Picture.check(width: width, height: height)
      let square = Box(
        x: Self.halfRounded(width - size), y: Self.halfRounded(height - size), width: size,
        height: size)
      guard isAntialiased else {
        return picture.resizedLikeTensorFlow(
          picture.bounds, width: width, height: height, filter
        ).fromGreyLevels().cropped(square)
      }
      return FloatPicture(
        picture.resizedLikePillow(
          picture.bounds, width: width, height: height, filter, part: square))
    }
  }

  private func resized(_ picture: Picture, _ box: Box, width: Int, height: Int) -> FloatPicture {
    if isAntialiased {
      return FloatPicture(picture.resizedLikePillow(box, width: width, height: height, filter))
    }
    return picture.resizedLikeTensorFlow(box, width: width, height: height, filter).fromGreyLevels()
  }

  /// Half of a number, rounded to the even neighbour as Python does.
  private static func halfRounded(_ number: Int) -> Int {
    Int((Double(number) / 2).rounded(.toNearestOrEven))
  }
}

extension Picture {
  /// The middle that DeepMind's evaluation sees of a picture: 7/8 of the shorter side.
  var deepMindCentre: Box {
    let side = max(1, Int(Float(224.0 / 256.0) * Float(min(width, height))))
    return Box(x: (width - side + 1) / 2, y: (height - side + 1) / 2, width: side, height: side)
  }
}

extension FloatPicture {
  /// Grey levels as numbers from 0 to 1, clipped.
  func fromGreyLevels() -> FloatPicture {
    var copy = self
    copy.mapInPlace { clipped($0 / 255) }
    return copy
  }

  /// The part `box`.
  func cropped(_ box: Box) -> FloatPicture {
    var part: [Float] = []
    part.reserveCapacity(3 * box.width * box.height)
    for channel in 0..<3 {
      for y in box.y..<box.y + box.height {
        let start = (channel * height + y) * width + box.x
        part.append(contentsOf: values[start..<start + box.width])
      }
    }
    return FloatPicture(width: box.width, height: box.height, values: part)
  }
}
