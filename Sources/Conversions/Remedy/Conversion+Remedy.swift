import Archives
import Checkpoints
import Tensors

extension Conversion {
  /// Warns where the class of the output's dialect would compute another function from the weights, and
  /// puts a module beside the output that computes the right one.
  ///
  /// - Parameters:
  ///   - written: the output as it was read again, without its sidecar: with the dialect's beliefs.
  ///   - contract: what the weights were trained with.
  /// - Throws: `Failure` where the module cannot be written.
  func writeRemedy(
    for written: Checkpoint, _ contract: Contract, report: inout ConversionReport
  ) throws {
    let path = RemedyModule.path(of: destination.path)
    guard let dialect = destination.dialect, let branch = written.encoderBranch else {
      return try AtomicFile.remove(path, force: options.force)
    }
    var trained = written
    trained.contract = contract
    let shape = EncoderShape(of: trained, branch: branch)
    var reasons = differences(of: contract, from: written.contract)
    let isOwn = source.checkpoint.provenance.dialect?.name == dialect.name
    if let shape, !shape.isUsual, !isOwn, EncoderNames(of: written, branch: branch) != nil {
      reasons.append(
        shape.hasBiases
          ? "convolutions have biases" : "a shortcut has a convolution where the shape stays")
    }
    guard !reasons.isEmpty else {
      return try AtomicFile.remove(path, force: options.force)
    }
    let consequence = consequence(of: contract, insteadOf: written.contract)
    let what =
      "\(dialect.title) computes another function from these weights: "
      + "\(reasons.joined(separator: "; ")); \(consequence)"
    guard ["torch", "safetensors"].contains(destination.format.name), let shape,
      let names = EncoderNames(of: written, branch: branch)
    else {
      report.notes.append(what)
      return try AtomicFile.remove(path, force: options.force)
    }
    let module = RemedyModule(
      file: baseName(destination.path), format: destination.format.name, title: dialect.title,
      contract: contract, shape: shape, names: names, reasons: reasons, consequence: consequence)
    let beside = try AtomicFile(
      path, AtomicFile.Options(force: options.force, sync: options.sync))
    try beside.output.write(Array(module.text.utf8))
    try beside.commit()
    report.notes.append(what + ": \(baseName(path)) is a module that computes the right one")
  }
}

extension Checkpoint {
  /// The network whose encoder a reader would take: the online one, or else the target.
  fileprivate var encoderBranch: Branch? {
    roles.contains(.onlineEncoder) ? .online : roles.contains(.targetEncoder) ? .target : nil
  }
}
