import FoundationEssentials
import Glibc
import Tensors

/// `OUT.byol.json`: contract, recipe and licence beside a file whose format or dialect cannot hold them.
public struct Sidecar: Codable, Sendable {
  /// What a forward pass needs.
  public var contract: Contract
  /// What a resumed run must keep doing.
  public var recipe: Recipe
  /// Where each field came from.
  public var origins: Origins
  /// How the networks were made that the source has not.
  public var made: [String: MadeRole]?
  /// How numbers were cast to other types, in order.
  public var casts: [CastRecord]?
  /// What is being replaced; absent once that is done.
  public var change: Change?
  /// The licence of the weights, where it is known.
  public var licence: String?

  /// The sidecar of a checkpoint.
  public init(_ checkpoint: Checkpoint) {
    contract = checkpoint.contract
    recipe = checkpoint.recipe
    origins = checkpoint.provenance.origins
    made = checkpoint.provenance.made
    casts = checkpoint.provenance.casts
    licence = checkpoint.provenance.licence
  }

  /// The path of the sidecar of the file at `path`.
  public static func path(of path: String) -> String {
    String(path.reversed().drop { $0 == "/" }.reversed()) + ".byol.json"
  }

  /// Refuses a contract that says of the networks' structure what the tensors do not show.
  ///
  /// - Throws: `Failure` (`badInput`) of the sidecar of the file at `path`.
  func check(against shown: Contract, of origins: Origins, in path: String) throws {
    for difference in try contract.differences(from: shown) {
      let (field, said, found) = ("contract." + difference[0], difference[1], difference[2])
      // A network that the file does not hold is the sidecar's to tell.
      guard origins[field] == .inferred, found != "[]" else { continue }
      throw Failure(
        file: Self.path(of: path), place: field, expected: "\(found), as the tensors show",
        found: said)
    }
  }

  /// Reads a sidecar, or gives nil where there is none.
  ///
  /// - Throws: `Failure` (`badInput`) where it is not what it must be; (`inputOutput`) where it is there
  ///   and cannot be read.
  static func read(_ path: String) throws -> Sidecar? {
    guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return nil }
    let file = try MappedFile(path)
    do {
      let sidecar = try StrictJSON.decode(Sidecar.self, from: try file.document())
      for one in [sidecar] + (sidecar.change?.before ?? []) {
        try one.contract.check()
        try one.recipe.check()
      }
      return sidecar
    } catch let failure as Failure {
      throw failure.of(file: path)
    } catch {
      throw Failure(
        .badInput, file: path, "this sidecar is not what it must be: \(describe(error))")
    }
  }
}
