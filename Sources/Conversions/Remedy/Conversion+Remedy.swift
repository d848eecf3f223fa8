import Archives
import Checkpoints
import Tensors

extension Conversion {
  /// Warns where the class of the output's dialect would compute another function from the weights, and
  /// gives the text of a module that computes the right one, to be put beside the output.
  ///
  /// - Parameters:
  ///   - written: the output as it was read again, without its sidecar: with the dialect's beliefs.
  ///   - contract: what the weights were trained with.
  /// - Returns: the module's text, or nil where none is needed or can be made.
  func remedy(
    for written: Checkpoint, _ contract: Contract, report: inout ConversionReport
  ) throws -> String? {
    let path = RemedyModule.path(of: destination.path)
    guard let dialect = destination.dialect, let branch = written.encoderBranch else {
      return nil
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
      return nil
    }
    let consequence = consequence(of: contract, insteadOf: written.contract)
    let what =
      "\(dialect.title) computes another function from these weights: "
      + "\(reasons.joined(separator: "; ")); \(consequence)"
    guard ["torch", "safetensors"].contains(destination.format.name), !destination.isFolder,
      let shape,
      let names = EncoderNames(of: written, branch: branch)
    else {
      report.notes.append(what)
      return nil
    }
    let module = RemedyModule(
      file: baseName(destination.path), format: destination.format.name, title: dialect.title,
      contract: contract, shape: shape, names: names, reasons: reasons, consequence: consequence)
    report.notes.append(what + ": \(baseName(path)) is a module that computes the right one")
    return module.text
  }
}

extension Checkpoint {
  /// The network whose encoder a reader would take: the online one, or else the target.
  fileprivate var encoderBranch: Branch? {
    roles.contains(.onlineEncoder) ? .online : roles.contains(.targetEncoder) ? .target : nil
  }
}
