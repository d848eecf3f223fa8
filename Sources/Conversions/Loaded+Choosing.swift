import Checkpoints
import Networks
import Tensors

extension Loaded {
  /// The same source with those of its parts alone that the user asks for; the others count as dropped.
  ///
  /// - Throws: `Failure` (`usage`), see `Checkpoint.only`.
  func only(_ choice: RoleChoice) throws -> Loaded {
    var result = self
    result.checkpoint = try checkpoint.only(choice)
    result.dropped += checkpoint.paths.count - result.checkpoint.paths.count
    return result
  }

  /// Casts numbers to the types that the user asks for, and measures what the networks make of it.
  ///
  /// - Returns: what was done; nil where nothing was asked for, or every tensor has its type already.
  /// - Throws: `Failure`: (`usage`) see `CastPlan` and `Checkpoint.cast`; (`differs`) where the networks
  ///   give values that are no numbers afterwards.
  mutating func cast(_ options: ConversionOptions) throws -> CastRecord? {
    let plan = try CastPlan(options.dtype)
    guard !plan.types.isEmpty else { return nil }
    var (cast, record) = try checkpoint.cast(plan, threads: options.threads)
    guard record.tensors > 0 else {
      notes.append("--dtype: no tensor is of another type than that")
      return nil
    }
    if record.changed > 0 {
      if options.probe {
        try record.measure(
          from: checkpoint, to: cast, engine: Engines.exact(threads: options.threads))
      } else {
        record.unmeasured = "the converter was told not to run a probe"
      }
    }
    cast.provenance.casts = (cast.provenance.casts ?? []) + [record]
    checkpoint = cast
    return record
  }
}

extension CastRecord {
  /// Runs the networks on the probe's input before and after a cast.
  ///
  /// - Throws: `Failure` (`differs`) where an output is no number afterwards that was one before.
  mutating func measure(
    from before: Checkpoint, to after: Checkpoint, engine: any Engine
  ) throws {
    let input = Probe.input(for: before.contract)
    for branch in Branch.allCases where before.roles.contains(branch.encoder) {
      let request = ForwardRequest(branch: branch, input: input)
      let (old, new): ([Output: Activation], [Output: Activation])
      do {
        old = try engine.run(request, on: before).outputs
        new = try engine.run(request, on: after).outputs
      } catch let failure as Failure where failure.kind == .badInput {
        // Networks that no engine runs are cast all the same, as they are converted.
        unmeasured = failure.description
        continue
      }
      for output in Output.allCases {
        guard let expected = old[output], let found = new[output],
          expected.values.allSatisfy(\.isFinite)
        else { continue }
        let distance = Agreement(name: output.rawValue, of: found, with: expected).relativeL2
        guard distance.isFinite else {
          throw Failure(
            .differs,
            "after the cast the \(branch.rawValue) network's \(output.rawValue) is no number")
        }
        outputs.append(Change(branch: branch, output: output.rawValue, relativeL2: distance))
      }
    }
    if !outputs.isEmpty {
      self.engine = engine.name
    } else if unmeasured == nil {
      unmeasured = "there is no encoder to run"
    }
  }
}
