#if ONEDNN
  import Archives
  import Checkpoints
  import Synchronization
  import Tensors

  /// A session by compiled programs.
  final class OneDNNSession: SessionRunner {
    private let checkpoint: Checkpoint
    private let options: InferenceSession.Options
    private let state: Mutex<State>
    private let fallback: EngineSession

    /// Programs and what runs them, guarded by the mutex.
    private struct State: ~Copyable {
      let weights: OneDNNWeights
      var programs: [OneDNNPass.Purpose: OneDNNProgram] = [:]
      var idle: [OneDNNPass.Purpose: [OneDNNInstance]] = [:]
      /// Whether only an engine can run what is wanted.
      var needsEngine = false
    }

    /// An instance that one thread at a time has.
    private struct Lease: @unchecked Sendable {
      var instance: OneDNNInstance
      var program: OneDNNProgram
    }

    /// A session of a checkpoint.
    ///
    /// - Throws: `Failure` (`badInput`) where no ResNet has the checkpoint's contract.
    init(_ checkpoint: Checkpoint, _ options: InferenceSession.Options, threads: Int) throws {
      self.checkpoint = checkpoint
      self.options = options
      state = Mutex(State(weights: try OneDNNWeights()))
      var plain = options
      plain.precision = .float32
      fallback = try EngineSession(checkpoint, plain, threads: threads)
      try checkpoint.contract.checkForOneDNN()
    }

    var name: String {
      state.withLock { $0.needsEngine } ? fallback.name : "onednn \(options.precision.rawValue)"
    }

    func run(_ pictures: Pictures, threads: Int) throws -> [String: Features] {
      let shares = Shares(of: pictures, threads: threads)
      var parts: [Int: [String: Features]] = [:]
      if !shares.sideBySide.isEmpty {
        let purpose = purpose(pictures, batch: shares.part, threads: 1)
        guard let first = try lease(purpose) else {
          return try fallback.run(pictures, threads: threads)
        }
        give(back: first, purpose)
        let results = Mutex<[Int: [String: Features]]>([:])
        try forEachConcurrently(shares.sideBySide, threads: threads, weight: { _ in 0 }) { range in
          guard let lease = try self.lease(purpose) else { return }
          let part = try self.run(lease, pictures, range)
          self.give(back: lease, purpose)
          results.withLock { $0[range.lowerBound] = part }
        }
        parts = results.withLock { $0 }
      }
      for range in shares.together {
        let purpose = purpose(pictures, batch: range.count, threads: threads)
        guard let lease = try lease(purpose) else {
          return try fallback.run(pictures, threads: threads)
        }
        parts[range.lowerBound] = try run(lease, pictures, range)
        give(back: lease, purpose)
      }
      return Self.joined(parts)
    }

    private func purpose(_ pictures: Pictures, batch: Int, threads: Int) -> OneDNNPass.Purpose {
      OneDNNPass.Purpose(
        batch: batch, height: pictures.height, width: pictures.width, threads: threads)
    }

    /// Runs some of the pictures; a range shorter than the program's batch leaves its rest unused.
    private func run(_ lease: Lease, _ pictures: Pictures, _ range: Range<Int>) throws
      -> [String: Features]
    {
      var result: [String: Features] = [:]
      guard let input = lease.program.input else { return [:] }
      guard input.shape == [pictures.channels, pictures.height, pictures.width] else {
        throw Failure(
          place: "input", expected: "pictures of \(input.shape[0]) channels",
          found: "\(pictures.channels)")
      }
      try unsafe lease.instance.run { memory in
        unsafe pictures.values.withUnsafeBufferPointer { values in
          let part = unsafe values[
            range.lowerBound * pictures.size..<range.upperBound * pictures.size]
          if let base = unsafe UnsafeBufferPointer(rebasing: part).baseAddress {
            unsafe memory.update(from: base, count: part.count)
          }
        }
      } collect: { stage, memory in
        let shape = [range.count] + (lease.program.outputs[stage]?.shape ?? [])
        result[stage] = unsafe Features(
          shape: shape,
          values: Array(UnsafeBufferPointer(start: memory, count: shape.reduce(1, *))))
      }
      return result
    }

    /// An instance that nobody else has, or nil where only an engine can run what is wanted.
    private func lease(_ purpose: OneDNNPass.Purpose) throws -> Lease? {
      try state.withLock { state in
        if state.needsEngine { return nil }
        guard let program = try program(purpose, &state) else {
          state.needsEngine = true
          return nil
        }
        let instance =
          try state.idle[purpose]?.popLast()
          ?? OneDNNInstance(program, on: state.weights.processor, threads: purpose.threads)
        return Lease(instance: instance, program: program)
      }
    }

    private func give(back lease: Lease, _ purpose: OneDNNPass.Purpose) {
      state.withLock { $0.idle[purpose, default: []].append(lease.instance) }
    }

    private func program(_ purpose: OneDNNPass.Purpose, _ state: inout State) throws
      -> OneDNNProgram?
    {
      if let program = state.programs[purpose] { return program }
      if state.programs.count >= Self.mostPrograms {
        state.programs = [:]
        state.idle = [:]
      }
      do {
        let program = try OneDNNPass.record(
          purpose, of: checkpoint, branch: options.branch, stages: options.stages,
          precision: options.precision, weights: state.weights)
        guard program.outputs.count == options.stages.count else { return nil }
        state.programs[purpose] = program
        return program
      } catch is OneDNNNotFinite {
        return nil
      }
    }

    /// Shapes of pictures for which programs are kept.
    private static let mostPrograms = 8

    private static func joined(_ parts: [Int: [String: Features]]) -> [String: Features] {
      var result: [String: Features] = [:]
      for (_, part) in parts.sorted(by: { $0.key < $1.key }) {
        for (stage, values) in part {
          result[stage, default: Features(shape: [0] + values.shape.dropFirst(), values: [])]
            .append(values)
        }
      }
      return result
    }
  }
#endif
