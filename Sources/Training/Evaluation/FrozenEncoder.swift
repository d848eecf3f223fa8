import Checkpoints
import Gradients
import Images
import Networks
import Tensors

/// An encoder in evaluation mode, which turns pictures into embeddings.
public final class FrozenEncoder {
  /// Which network it is of.
  public let branch: Branch
  /// What computes.
  public let engine: any Engine
  /// Height and width of what it sees, in pixels.
  public var size: Int { preprocessing.size }

  private let checkpoint: Checkpoint
  private let preprocessing: Preprocessing
  private let normalisation: Normalisation

  /// The encoder of a branch.
  ///
  /// - Parameter size: height and width in pixels; nil for the contract's.
  /// - Throws: `Failure` (`badInput`) where the branch has no encoder or the contract is not understood.
  public init(
    _ checkpoint: Checkpoint, branch: Branch = .online, size: Int? = nil, engine: any Engine
  ) throws {
    let role: Role = branch == .online ? .onlineEncoder : .targetEncoder
    guard checkpoint.roles.contains(role) else {
      throw Failure(.badInput, "the checkpoint has no \(branch.rawValue) encoder to evaluate")
    }
    self.branch = branch
    self.engine = engine
    self.checkpoint = checkpoint
    var input = checkpoint.contract.input
    input.size = size ?? input.size
    preprocessing = try Preprocessing(input)
    normalisation = try Normalisation(input)
  }

  /// The embeddings of pictures as the contract has them cut and scaled.
  ///
  /// Pictures that cannot be read are left out and named.
  ///
  /// - Parameter progress: called with the number of pictures done.
  /// - Throws: `Failure` (`badInput`) where no picture can be read, or an embedding is not finite.
  public func embeddings(
    of pictures: LabelledPictures, progress: (Int) -> Void = { _ in }
  ) throws -> (LabelledEmbeddings, corrupt: [CorruptPicture]) {
    let preprocessing = preprocessing
    let batches = PictureBatches(
      pictures, normalisation, size: Self.batch(size: size)
    ) { picture, _ in try preprocessing(picture) }
    defer { batches.stop() }
    var values: [Float] = []
    var (labels, places, width) = ([Int](), [Int](), 0)
    var corrupt: [CorruptPicture] = []
    for position in 0..<batches.count {
      let batch = try batches[position]
      corrupt += batch.corrupt
      if !batch.places.isEmpty {
        let rows = try embeddings(of: batch.pictures)
        width = rows.width
        values += rows.values
        labels += batch.places.map { pictures.labels[$0] }
        places += batch.places
      }
      progress(min(pictures.count, (position + 1) * batches.size))
    }
    guard !labels.isEmpty else {
      throw Failure(
        .badInput, file: corrupt.first?.name,
        "no picture can be read; of this one: \(corrupt.first?.reason ?? "there are none")")
    }
    let result = LabelledEmbeddings(
      Rows(count: labels.count, width: width, values: values), labels: labels)
    try result.check { pictures.name(places[$0]) }
    return (result, corrupt)
  }

  /// The embeddings of a batch that was normalised already: [N, D].
  ///
  /// - Throws: `Failure` where the encoder cannot be run.
  public func embeddings(of batch: Batch) throws -> Rows<Float> {
    let input = Activation(shape: batch.shape, values: batch.values.map(Double.init))
    let result = try engine.run(
      ForwardRequest(branch: branch, input: input, until: .embedding), on: checkpoint)
    guard let output = result.outputs[.embedding], output.shape.count == 2 else {
      throw Failure(.badInput, "the encoder gives no embedding")
    }
    return Rows(
      count: output.shape[0], width: output.shape[1], values: output.values.map { Float($0) })
  }

  /// Pictures that are run together: about 32 of 224x224 pixels, more of smaller ones.
  private static func batch(size: Int) -> Int { max(1, min(512, 32 * 224 * 224 / (size * size))) }
}
