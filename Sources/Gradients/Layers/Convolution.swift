import Tensors

/// A convolution with its bias, where there is one.
struct Convolution<Arithmetic: Backend> {
  /// Its native name: `online/encoder/stem/conv`.
  let path: String
  let weight: Parameter<Arithmetic.Scalar>
  let bias: Parameter<Arithmetic.Scalar>?
  let stride: Int
  let edges: Window.Edges

  /// The convolution of that name.
  ///
  /// - Parameters:
  ///   - inputs: the channels that come in.
  ///   - kernel: the side of the window, where the contract has it.
  /// - Throws: `Failure` (`badInput`) where its tensors are missing or do not fit.
  init(
    _ path: String, of parts: Parts<Arithmetic.Scalar>, inputs: Int?, kernel: Int? = nil,
    stride: Int, edges: Window.Edges
  ) throws {
    weight = try parts.required(path + "/weight", axes: 4)
    let shape = weight.shape
    guard shape[1] == inputs ?? shape[1], shape[2] == shape[3], shape[2] == kernel ?? shape[2]
    else {
      let side = kernel.map(String.init) ?? "kernel"
      throw Failure(
        place: weight.path,
        expected: "shape [out, \(inputs.map(String.init) ?? "in"), \(side), \(side)]",
        found: "\(shape)")
    }
    bias = try parts.vector(path + "/bias", count: shape[0])
    self.path = path
    self.stride = stride
    self.edges = edges
  }

  /// The channels that go out.
  var outputs: Int { weight.shape[0] }

  /// [N, in, H, W] -> [N, out, H', W'].
  func run(
    _ input: Arithmetic.Value, on backend: Arithmetic, needsInput: Bool = true
  ) throws -> (Arithmetic.Value, Arithmetic.Pullback) {
    let window = try Window(
      over: Array(backend.shape(of: input)[2...]), kernel: weight.shape[2], stride: stride,
      edges: edges, place: path)
    return try backend.convolve(input, weight, bias: bias, window, needsInput: needsInput)
  }
}
