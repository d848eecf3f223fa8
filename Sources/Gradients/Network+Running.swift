import Checkpoints
import Tensors

extension Network {
  /// Runs the networks up to an output; the outputs before it come with it.
  ///
  /// - Parameters:
  ///   - isTraining: whether batch norm uses the batch's moments and moves the running ones.
  ///   - records: whether `Pass.pull` will be called.
  /// - Throws: `Failure` (`badInput`) where the checkpoint has no such output, the pictures are too small
  ///   or have other channels, or a batch norm that needs running statistics has none.
  public func run(
    _ pictures: Batch, until output: NetworkOutput, isTraining: Bool, records: Bool
  ) throws -> Pass<Scalar> {
    try check(pictures, until: output)
    backend.isRecording = records
    let pass = LayerPass(
      on: backend, isTraining: isTraining, statistics: statistics, observe: observe)
    let tape = Tape<Arithmetic>()
    var outputs: [NetworkOutput: Rows<Scalar>] = [:]
    func rows(_ value: Arithmetic.Value) throws -> Rows<Scalar> {
      let shape = backend.shape(of: value)
      return Rows(count: shape[0], width: shape[1], values: try backend.numbers(of: value))
    }
    var value = try encoder.run(
      backend.value(pictures.numbers(Scalar.self), shape: pictures.shape), in: pass, onto: tape)
    outputs[.embedding] = try rows(value)
    if output >= .projection, let projector {
      if let simplicial { value = try simplicial.run(value, in: pass, onto: tape) }
      value = try projector.run(value, in: pass, onto: tape)
      outputs[.projection] = try rows(value)
    }
    if output >= .prediction, let predictor {
      value = try predictor.run(value, in: pass, onto: tape)
      outputs[.prediction] = try rows(value)
    }
    if isTraining { statistics = pass.statistics }
    guard records else {
      return Pass(outputs: outputs) { _ in
        throw Failure(.usage, "gradients of a pass that was not recorded were asked for")
      }
    }
    let expected = backend.shape(of: value)
    return Pass(outputs: outputs) { [backend] gradient in
      let shape = [gradient.count, gradient.width]
      guard shape == expected else {
        throw Failure(
          .usage, "a gradient of shape \(shape) for an output of \(expected)")
      }
      _ = try tape.pull(backend.value(gradient.values, shape: shape))
    }
  }

  private func check(_ pictures: Batch, until output: NetworkOutput) throws {
    let channels = encoder.stem.weight.shape[1]
    guard pictures.shape.count == 4, pictures.shape.allSatisfy({ $0 > 0 }),
      pictures.shape[1] == channels
    else {
      throw Failure(
        place: "input", expected: "pictures [N, \(channels), H, W]", found: "\(pictures.shape)")
    }
    guard output <= lastOutput else {
      throw Failure(
        .badInput,
        place: "\(branch.rawValue)/\(lastOutput == .embedding ? "projector" : "predictor")",
        "the checkpoint has no such network")
    }
  }
}
