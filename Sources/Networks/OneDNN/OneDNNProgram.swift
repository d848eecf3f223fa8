#if ONEDNN
  import COneDNN
  import Tensors

  /// A pass over the networks that was written down: what runs on which activations, in order.
  ///
  /// Activations are numbers here; `OneDNNInstance` gives them memory. One program may run in several
  /// instances at once, since its primitives and their weights only are read.
  final class OneDNNProgram {
    /// A function on values, called with where its activations lie.
    typealias Function = @Sendable ([UnsafeMutableRawPointer]) -> Void

    /// What a step does.
    ///
    /// Safe, since a function is given only where its activations lie.
    @safe
    enum Work {
      case primitive(OneDNNPrimitive)
      case function(Function)
    }

    /// One step.
    struct Step {
      var work: Work
      /// Which activation is which of the primitive's arguments (`DNNL_ARG_...`).
      var arguments: [(argument: Int32, activation: Int)]
    }

    /// An activation that the caller reads or writes: float32, the pictures one after another.
    struct Port {
      var activation: Int
      /// Of one picture: [D] or [C, H, W].
      var shape: [Int]
    }

    /// The steps, in order.
    private(set) var steps: [Step] = []
    /// The bytes of each activation.
    private(set) var sizes: [Int] = []
    /// What the caller fills in before the first step, [C, H, W].
    var input: Port?
    /// What it reads after the last one, by stage.
    var outputs: [String: Port] = [:]

    /// The number of a new activation.
    func activation(bytes: Int) -> Int {
      sizes.append(bytes)
      return sizes.count - 1
    }

    /// Writes a step down.
    func add(_ work: Work, _ arguments: [(Int32, Int)]) {
      steps.append(Step(work: work, arguments: arguments.map { ($0.0, $0.1) }))
    }

    /// The bytes of working memory that one step at a time needs.
    var scratchpad: Int {
      steps.map { step in
        if case .primitive(let primitive) = step.work { primitive.scratchpadSize } else { 0 }
      }.max() ?? 0
    }

    /// From which step to which each activation holds something that is needed.
    var lifetimes: [ClosedRange<Int>] {
      var first = [Int](repeating: steps.count, count: sizes.count)
      var last = [Int](repeating: -1, count: sizes.count)
      for (position, step) in steps.enumerated() {
        for (_, activation) in step.arguments {
          first[activation] = min(first[activation], position)
          last[activation] = position
        }
      }
      if let input { first[input.activation] = 0 }
      for output in outputs.values { last[output.activation] = steps.count }
      return zip(first, last).map { $0...max($0, $1) }
    }
  }
#endif
