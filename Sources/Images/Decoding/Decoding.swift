import Checkpoints
import Tensors

/// What is open in decoding a picture.
public struct Decoding: Codable, Hashable, Sendable {
  /// How JPEG blocks are transformed back into pixels; both upsample the chroma smoothly.
  public enum InverseDCT: String, Codable, Sendable {
    /// The less accurate integer transform: what TensorFlow, and so DeepMind's code, decodes with.
    case fast
    /// The accurate integer transform: what Pillow, and so torchvision, decodes with.
    case accurate
  }

  /// JPEG's inverse transform.
  public var inverseDCT: InverseDCT
  /// Whether a picture is turned as its EXIF data say; the originals' training code does not.
  public var isOriented: Bool

  /// Whether the middle that DeepMind's evaluation crops is decoded as TensorFlow's
  /// `decode_and_crop_jpeg` does, whose outermost columns differ by some grey levels.
  public var seesCentre = false

  /// Decoding by a given transform.
  public init(_ inverseDCT: InverseDCT = .accurate, isOriented: Bool = true) {
    self.inverseDCT = inverseDCT
    self.isOriented = isOriented
  }

  /// Decoding as a network's contract says.
  ///
  /// - Parameter evaluates: whether pictures will go through `Preprocessing`; only then can the
  ///   outermost columns of the middle be TensorFlow's.
  /// - Throws: `Failure` (`badInput`) where the contract names an unknown transform.
  public init(_ input: Contract.Input, isOriented: Bool = true, evaluates: Bool = false) throws {
    guard let transform = InverseDCT(rawValue: input.jpegDCT) else {
      throw Failure(place: "input.jpeg_dct", expected: "fast or accurate", found: input.jpegDCT)
    }
    self.init(transform, isOriented: isOriented)
    seesCentre =
      evaluates && transform == .fast && input.crop == Preprocessing.Crop.centreFirst.rawValue
  }
}

extension Picture {
  /// Whether this build has libjpeg-turbo and libpng, without which no file is decoded.
  public static var canDecode: Bool {
    #if IMAGE_FILES
      true
    #else
      false
    #endif
  }

  /// Decodes a JPEG or PNG file, which is told by its content.
  ///
  /// As Pillow's `convert("RGB")` does, CMYK becomes RGB, palettes and grey are spread, and alpha is
  /// dropped; of 16 bits the upper 8 stay (rounded), also where Pillow saturates (grey).
  ///
  /// - Throws: `Failure` (`inputOutput`) where the file cannot be read, (`badInput`) where it is no
  ///   such picture, is cut short or damaged, or has more than `maximumPixels`; it names the file.
  public init(file path: String, decoding: Decoding = Decoding()) throws {
    let file = try MappedFile(path)
    self = try unsafe file.withBytes {
      try unsafe Picture(bytes: $0, file: path, decoding: decoding)
    }
  }

  /// Decodes the bytes of a JPEG or PNG file.
  ///
  /// - Parameter name: what failures call the file.
  /// - Throws: `Failure` (`badInput`), as `init(file:decoding:)`.
  public init(bytes: UnsafeRawBufferPointer, file name: String, decoding: Decoding) throws {
    do {
      switch unsafe PictureFormat(CheckedBytes(bytes)) {
      case .jpeg: self = try unsafe decodeJPEG(bytes, decoding)
      case .png: self = try unsafe decodePNG(bytes, decoding)
      case .other(let found): throw Failure(expected: "a JPEG or PNG picture", found: found)
      }
    } catch let failure as Failure {
      throw failure.of(file: name)
    }
  }

  /// Throws where a header asks for no pixels, or for more than `maximumPixels`.
  static func check(width: Int, height: Int) throws {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= maximumPixels else {
      throw Failure(
        expected: "a picture of 1 to \(maximumPixels) pixels", found: "\(width) x \(height)")
    }
  }
}
