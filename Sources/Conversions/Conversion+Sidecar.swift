import Archives
import Checkpoints
import Tensors

extension Conversion {
  /// Puts contract and recipe beside the output where reading it does not give them, and removes those
  /// of the file that it replaces.
  func writeSidecar(
    ifOtherThan written: Checkpoint, report: inout ConversionReport
  ) throws {
    let sidecar = Sidecar.path(of: destination.path)
    let stated = stated(for: written)
    if written.contract != stated.contract || written.recipe != stated.recipe
      || stated.provenance.made != nil || written.provenance.casts != stated.provenance.casts
    {
      let beside = try AtomicFile(
        sidecar, AtomicFile.Options(force: options.force, sync: options.sync))
      try beside.output.write(try jsonBytes(Sidecar(stated)))
      try beside.commit()
      report.notes.append(
        "\(destination.dialectName) cannot hold the whole contract and recipe: they are in "
          + baseName(sidecar))
    } else {
      try AtomicFile.remove(sidecar, force: options.force)
    }
    try writeRemedy(for: written, stated.contract, report: &report)
  }

  /// The source with the parts of its contract that tensors show as the output's tensors show them: it
  /// may hold fewer networks.
  private func stated(for written: Checkpoint) -> Checkpoint {
    var stated = source.checkpoint
    stated.contract.mlp = written.contract.mlp
    if written.contract.sem == nil { stated.contract.sem = nil }
    return stated
  }
}
