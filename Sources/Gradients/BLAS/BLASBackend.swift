import COpenBLAS
import Tensors

/// The plain backend: im2col and matrix products by OpenBLAS, channel-major.
///
/// It is written to be read beside the papers, and is the reference for the others: in float64 it agrees
/// with PyTorch's and JAX's gradients to rounding. Sums of batch norm, pooling and biases are in float64
/// whatever the activations are in.
public final class BLASBackend<Scalar: BLASScalar>: Backend {
  /// Channel-major values.
  public typealias Value = BLASArray<Scalar>

  /// Whether pullbacks are wanted.
  public var isRecording = true
  /// Who shares out loops.
  let parallel: Parallel
  let memory = BLASMemory<Scalar>()

  /// A backend on that many threads.
  ///
  /// The same number of threads gives the same bits. OpenBLAS has one setting for the whole process; the
  /// backend makes it before each product.
  public init(threads: Int = 1) { parallel = Parallel(threads: max(1, min(threads, 1024))) }

  /// `openblas float32` or `openblas float64`.
  public var name: String { "openblas \(Scalar.elementType.rawValue)" }

  /// An activation of numbers in the order [N, C, H, W] or [N, C].
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func value(_ numbers: [Scalar], shape: [Int]) throws -> Value {
    guard shape.count == 4 || shape.count == 2, shape.allSatisfy({ $0 > 0 }),
      shape.reduce(1, *) == numbers.count
    else {
      throw Failure(
        .usage, place: "input",
        "expected \(numbers.count) values as [N, C, H, W] or [N, C], found the shape \(shape)")
    }
    try AddressSpace.requireOpenBLAS(threads: parallel.threads)
    let value = Value(shape, in: memory)
    let (batch, channels, plane) = (value.batch, value.channels, value.plane)
    for image in 0..<batch {
      for channel in 0..<channels {
        let (from, to) = ((image * channels + channel) * plane, (channel * batch + image) * plane)
        for pixel in 0..<plane {
          unsafe (value.values + to + pixel).initialize(to: numbers[from + pixel])
        }
      }
    }
    return value
  }

  /// The numbers of an activation in the order [N, C, H, W] or [N, C].
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func numbers(of value: Value) throws -> [Scalar] {
    let (batch, channels, plane) = (value.batch, value.channels, value.plane)
    return unsafe [Scalar](unsafeUninitializedCapacity: value.count) { result, count in
      var next = 0
      for image in 0..<batch {
        for channel in 0..<channels {
          let from = unsafe value.values + (channel * batch + image) * plane
          for pixel in 0..<plane {
            unsafe result.initializeElement(at: next, to: from[pixel])
            next += 1
          }
        }
      }
      count = next
    }
  }

  /// [N, C, H, W] or [N, C].
  public func shape(of value: Value) -> [Int] { value.shape }

  /// A copy in memory of its own.
  public func copy(_ value: Value) throws -> Value {
    let copy = Value(value.shape, in: memory)
    unsafe copy.values.update(from: value.values, count: value.count)
    return copy
  }

  /// Has OpenBLAS multiply on the thread that asks for it: the threads are the backend's own.
  func multiplyAlone() { openblas_set_num_threads(1) }

  /// What a pass that was not recorded has for a way back.
  func unrecorded() -> Pullback {
    { _ in throw Failure(.usage, "gradients of a pass that was not recorded were asked for") }
  }

  /// Refuses values of different shapes.
  func requireSameShape(_ left: Value, _ right: Value) throws {
    guard left.shape == right.shape else {
      throw Failure(expected: "a shortcut of shape \(left.shape)", found: "\(right.shape)")
    }
  }
}
