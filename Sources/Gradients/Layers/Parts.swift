import Checkpoints
import Tensors

/// The parameters of a branch by native name, as layers ask for them.
struct Parts<Scalar: TrainingScalar> {
  /// `online` or `target`.
  let branch: String
  let contract: Contract
  /// By native name.
  let parameters: [String: Parameter<Scalar>]
  /// The names of running statistics.
  let statistics: Set<String>

  /// The parameter, or nil where the checkpoint has none.
  subscript(path: String) -> Parameter<Scalar>? { parameters[path] }

  /// The parameter, of that number of axes.
  ///
  /// - Throws: `Failure` (`badInput`).
  func required(_ path: String, axes: Int) throws -> Parameter<Scalar> {
    guard let parameter = parameters[path] else {
      throw Failure(.badInput, place: path, "the checkpoint has no such tensor")
    }
    guard parameter.shape.count == axes, parameter.shape.allSatisfy({ $0 > 0 }) else {
      throw Failure(
        place: path, expected: "\(axes) axes with numbers", found: "shape \(parameter.shape)")
    }
    return parameter
  }

  /// The parameter of the shape [count], or nil where the checkpoint has none.
  ///
  /// - Throws: `Failure` (`badInput`).
  func vector(_ path: String, count: Int) throws -> Parameter<Scalar>? {
    guard let parameter = parameters[path] else { return nil }
    guard parameter.shape == [count] else {
      throw Failure(place: path, expected: "shape [\(count)]", found: "\(parameter.shape)")
    }
    return parameter
  }
}
