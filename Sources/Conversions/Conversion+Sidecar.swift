import Archives
import Checkpoints
import Tensors

extension Conversion {
  /// The files beside an output that speak of it, and are written, replaced or removed with it.
  public static func pathsBeside(_ output: String) -> [String] {
    [Sidecar.path(of: output), RemedyModule.path(of: output)]
  }

  /// The files that belong beside the output: contract and recipe where reading it does not give them,
  /// and a module where its class would compute another function.
  ///
  /// - Parameter written: the output as it was read again, without its sidecar.
  func sideFiles(for written: Checkpoint, report: inout ConversionReport) throws -> SideFiles {
    let stated = stated(for: written)
    var files = SideFiles(
      statement: Sidecar(stated),
      needsSidecar: written.contract != stated.contract || written.recipe != stated.recipe
        || stated.provenance.made != nil || written.provenance.casts != stated.provenance.casts
        || written.provenance.licence != stated.provenance.licence)
    if files.needsSidecar {
      let licence = stated.provenance.licence == nil ? "" : ", nor the licence of the weights"
      report.notes.append(
        "\(destination.dialectName) cannot hold the whole contract and recipe\(licence): they are in "
          + baseName(Sidecar.path(of: destination.path)))
    }
    files.module = try remedy(for: written, stated.contract, report: &report)
    return files
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
