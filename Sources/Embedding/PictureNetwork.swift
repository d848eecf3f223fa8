public import Checkpoints
import Images
public import Networks
import Tensors

/// A checkpoint that takes picture files: decoded, oriented, cut, resized and normalised as its
/// contract says, then run.
public struct PictureNetwork: Sendable {
  /// What runs the network.
  public let session: InferenceSession
  /// Height and width of what the network sees, in pixels.
  public let size: Int
  private let file: String?
  private let decoding: Decoding
  private let preprocessing: Preprocessing
  private let normalisation: Normalisation

  /// A network.
  ///
  /// - Parameter file: the checkpoint's, for failures.
  /// - Throws: `Failure` (`badInput`) where the contract says nothing sensible of pictures, or no
  ///   engine runs the network.
  public init(
    _ checkpoint: Checkpoint, file: String? = nil, options: InferenceSession.Options
  ) throws {
    let input = checkpoint.contract.input
    self.file = file
    do {
      decoding = try Decoding(input, evaluates: true)
      preprocessing = try Preprocessing(input)
      normalisation = try Normalisation(input)
    } catch var failure as Failure {
      failure.place = failure.place.map { "contract.\($0)" }
      throw file.map { failure.of(file: $0) } ?? failure
    }
    size = preprocessing.size
    do {
      session = try InferenceSession(checkpoint, options: options)
    } catch let failure as Failure {
      throw file.map { failure.of(file: $0) } ?? failure
    }
  }

  /// A picture as the network sees it, [3, size, size].
  ///
  /// - Throws: `Failure` where it cannot be read or is damaged.
  public func input(_ path: String) throws -> [Float] {
    let picture = try preprocessing(Picture(file: path, decoding: decoding))
    return normalisation.values(of: picture)
  }

  /// Pictures that a thread best takes at once: as many as have the pixels of one of 224x224.
  public var usualBatch: Int { min(64, max(1, 224 * 224 / (size * size))) }

  /// The stages of pictures, inputs one behind the other.
  ///
  /// - Parameter alone: whether the calling thread computes alone.
  /// - Throws: `Failure`, see `InferenceSession.run`.
  func run(_ inputs: [[Float]], alone: Bool) throws -> [String: Features] {
    let pictures = Pictures(
      count: inputs.count, height: size, width: size, values: Array(inputs.joined()))
    do {
      return alone ? try session.runOnThisThread(pictures) : try session.run(pictures)
    } catch let failure as Failure where failure.kind == .badInput {
      throw file.map { failure.of(file: $0) } ?? failure
    }
  }
}
