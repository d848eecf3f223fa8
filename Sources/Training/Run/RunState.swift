public import Checkpoints
import FoundationEssentials
import Images
import Tensors

/// What a run must know beside networks, optimiser and recipe to go on exactly: where it is in its
/// random streams, and with what it computes.
///
/// It is the document `training/run` of a native checkpoint: JSON as bytes. Times, and how often the run
/// was interrupted, are not in it, so that a run in one piece and one in several leave the same file.
public struct RunState: Codable, Hashable, Sendable {
  /// The version of this form.
  public var version = 1
  /// Where shuffling and augmentation begin.
  public var seed: UInt64
  /// Batches that were used since the seed.
  public var position: Int
  /// The position at which the run is done.
  public var end: Int
  /// Pictures of a batch.
  public var batch: Int
  /// The pictures that the run is made with.
  public var data: DataDigest?
  /// How views are drawn; absent where they are given (`--views`).
  public var augmentation: Augmentation?
  /// Which library computes: `onednn`, `openblas`.
  public var engine: String
  /// In which numbers: `float32`, `float64`, `bfloat16`.
  public var precision: String
  /// Threads that compute; another number changes the order of sums, and so the last bits.
  public var threads: Int

  /// The native name of the document.
  public static let path = NativeNames.runPath
}

extension RunState {
  /// The state in a checkpoint, or nil where byol-train has not made it.
  ///
  /// - Throws: `Failure` (`badInput`) where it is damaged, or of a newer version.
  public init?(of checkpoint: Checkpoint) throws {
    guard let tensor = checkpoint[Self.path] else { return nil }
    guard tensor.elementType == .uint8, tensor.shape.count == 1, tensor.byteCount <= 1 << 20 else {
      throw Failure(
        place: Self.path, expected: "JSON as bytes, 1 MiB at most",
        found: "\(tensor.elementType) \(tensor.shape)")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(try tensor.bytes()))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.badInput, place: Self.path, "this is no state of a run: \(describe(error))")
    }
    try check()
  }

  private func check() throws {
    func refuse(_ field: String, _ value: String, _ expected: String) -> Failure {
      Failure(place: "\(Self.path): \(field)", expected: expected, found: value)
    }
    guard version == 1 else {
      throw refuse("version", "\(version)", "version 1, which this program knows")
    }
    // Numbers far beyond any run, so that sums and products of them fit.
    let most = 1 << 40
    for (name, value, least) in [
      ("position", position, 0), ("end", end, 0), ("batch", batch, 1),
    ] where !(least...most).contains(value) {
      throw refuse(name, "\(value)", "\(least) to 2^40")
    }
    guard (1...1024).contains(threads) else { throw refuse("threads", "\(threads)", "1 to 1024") }
    guard position <= end else { throw refuse("position", "\(position)", "at most end, \(end)") }
    guard let augmentation else { return }
    let chances = augmentation.views.flatMap {
      [$0.flip, $0.jitter, $0.grey, $0.blur, $0.solarize]
    }
    let strength = augmentation.strength
    let far = [strength.brightness, strength.contrast, strength.saturation, strength.hue]
    guard augmentation.views.count == 2, augmentation.sigmas.count == 2,
      (1...1 << 13).contains(augmentation.size), (0...1 << 13).contains(augmentation.blur.radius),
      chances.allSatisfy({ (0...1).contains($0) }), far.allSatisfy({ (0...16).contains($0) }),
      augmentation.sigmas.allSatisfy({ (1e-3...1e3).contains($0) }),
      augmentation.sigmas[0] <= augmentation.sigmas[1],
      augmentation.smallestCrop > 0, augmentation.smallestCrop <= 1
    else {
      throw refuse(
        "augmentation", augmentation.name, "two views whose numbers are those of a pipeline")
    }
  }
}

extension Checkpoint {
  /// The same checkpoint with the state of a run.
  ///
  /// - Throws: `Failure` where the state has no JSON form.
  public func with(_ state: RunState) throws -> Checkpoint {
    let bytes = try jsonBytes(state)
    let entry = Entry(RunState.path, try Tensor(.uint8, shape: [bytes.count], bytes: bytes))
    var made = Checkpoint(
      entries: entries.filter { $0.path != RunState.path } + [entry], contract: contract,
      recipe: recipe, provenance: provenance, tree: tree, extras: extras)
    made.verification = verification
    return made
  }
}
