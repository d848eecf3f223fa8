import Checkpoints
import Gradients
import Tensors

/// Numbers that an optimiser keeps for each parameter, by native name.
///
/// Safe, since it owns the buffers; going through them is unsafe.
@safe
final class Slot<Scalar: TrainingScalar> {
  /// Its name in a checkpoint: `momentum`, `exp_avg`.
  let name: String
  private(set) var buffers: [String: UnsafeMutableBufferPointer<Scalar>] = unsafe [:]
  private var shapes: [String: [Int]] = [:]

  /// The slot of the given parameters; zeros where the checkpoint has none.
  ///
  /// - Throws: `Failure` (`badInput`) where a buffer has another shape than its parameter.
  init(_ name: String, _ parameters: [Parameter<Scalar>], _ checkpoint: Checkpoint) throws {
    self.name = name
    for parameter in parameters {
      let path = "optimizer/\(name)/\(parameter.path)"
      let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: parameter.count)
      unsafe buffer.initialize(repeating: 0)
      unsafe buffers[parameter.path] = buffer
      shapes[parameter.path] = parameter.shape
      guard let tensor = checkpoint[path] else { continue }
      guard tensor.shape == parameter.shape else {
        throw Failure(place: path, expected: "shape \(parameter.shape)", found: "\(tensor.shape)")
      }
      for (index, value) in try tensor.doubles().enumerated() {
        unsafe buffer[index] = Scalar(value)
      }
    }
  }

  deinit {
    unsafe buffers.values.forEach { unsafe $0.deallocate() }
  }

  /// The slot's tensors under their native names.
  func entries() throws -> [Checkpoint.Entry] {
    try unsafe buffers.keys.sorted().map { path in
      guard let buffer = unsafe buffers[path], let shape = shapes[path] else {
        throw Failure(.usage, place: path, "the optimiser has no such buffer")
      }
      return Checkpoint.Entry(
        "optimizer/\(name)/\(path)", try unsafe Tensor(numbers: buffer, shape: shape))
    }
  }
}

extension Tensor {
  /// A tensor of the numbers' own type: float32 or float64.
  ///
  /// - Throws: `Failure` where the shape does not fit.
  init<Scalar: TrainingScalar>(
    numbers: UnsafeMutableBufferPointer<Scalar>, shape: [Int]
  ) throws {
    try unsafe self.init(
      Scalar.elementType, shape: shape, bytes: [UInt8](UnsafeRawBufferPointer(numbers)))
  }
}
