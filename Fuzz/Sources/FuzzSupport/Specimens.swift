public import Archives
public import Checkpoints
import Tensors

/// A small checkpoint in the words of every dialect that can hold it: what mutants are made of.
public enum Specimens {
  /// The sample, with one block for a network.
  public static let checkpoint: Checkpoint = {
    let folder = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    do {
      var checkpoint = try Loaded("/" + folder + "/samples/tiny_haiku_byol.npz").checkpoint
      // Without the tree of its source, so that every dialect writes it by its rules.
      checkpoint.tree = nil
      return try shortened(checkpoint)
    } catch {
      finding("the sample cannot be read: \(error)")
    }
  }()

  /// The same checkpoint with one block alone: an input costs what its checkpoint has of tensors.
  private static func shortened(_ sample: Checkpoint) throws -> Checkpoint {
    var contract = sample.contract
    contract.encoder.blocks = [1]
    contract.encoder.channels = Array(contract.encoder.channels.prefix(1))
    contract.encoder.strides = Array(contract.encoder.strides.prefix(1))
    let features = contract.encoder.channels[0]
    let entries = try sample.entries.compactMap { entry -> Checkpoint.Entry? in
      guard !entry.path.contains("/stage") || entry.path.contains("/stage0/block0/") else {
        return nil
      }
      guard
        entry.path.hasSuffix("projector/linear0/weight")
          || entry.path.hasSuffix("/classifier/weight")
      else { return entry }
      return Checkpoint.Entry(
        entry.path, try entry.tensor.permuted([1, 0]).rows(0..<features).permuted([1, 0]))
    }
    return Checkpoint(
      entries: entries, contract: contract, recipe: sample.recipe, provenance: sample.provenance)
  }

  /// Each archive with its dialect; the first is in native names.
  public static let all: [(dialect: Dialect?, archive: Archive)] = {
    do {
      let native = try checkpoint.nativeArchive(format: Npz().name)
      return try [(nil, native)]
        + Dialects.all().compactMap { dialect in
          written(in: dialect).map { (dialect, $0) }
        }
    } catch {
      finding("the sample cannot be written: \(error)")
    }
  }()

  /// The archive in the dialect of that name, or in any.
  public static func archive(of name: String) -> Archive {
    (all.first { $0.dialect?.name == name } ?? all[all.count - 1]).archive
  }

  /// The sample in a dialect; some have no place for its optimiser.
  private static func written(in dialect: Dialect) -> Archive? {
    let formats: [any ArchiveFormat] = [Torch(), PickleFile(), Npz(), Safetensors(), Keras()]
    guard let format = formats.first(where: { dialect.isWritten(in: $0) }) else { return nil }
    let bare = Checkpoint(
      entries: checkpoint.entries.filter {
        $0.path.hasPrefix("online/") || $0.path.hasPrefix("target/")
      }, contract: checkpoint.contract, recipe: checkpoint.recipe,
      provenance: checkpoint.provenance)
    for checkpoint in [checkpoint, bare] {
      if let exported = try? dialect.write(checkpoint, format: format) { return exported.archive }
    }
    return nil
  }
}
