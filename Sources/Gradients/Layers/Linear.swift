import Tensors

/// A linear layer with its bias, where there is one.
struct Linear<Arithmetic: Backend> {
  /// Its native name: `online/projector/linear0`.
  let path: String
  let weight: Parameter<Arithmetic.Scalar>
  let bias: Parameter<Arithmetic.Scalar>?

  /// The layer of that name, with that many inputs.
  ///
  /// - Throws: `Failure` (`badInput`) where its tensors are missing or do not fit.
  init(_ path: String, of parts: Parts<Arithmetic.Scalar>, inputs: Int) throws {
    weight = try parts.required(path + "/weight", axes: 2)
    guard weight.shape[1] == inputs else {
      throw Failure(
        place: weight.path, expected: "shape [out, \(inputs)]", found: "\(weight.shape)")
    }
    bias = try parts.vector(path + "/bias", count: weight.shape[0])
    self.path = path
  }

  /// The length of the vectors that go out.
  var outputs: Int { weight.shape[0] }
}
