#if ONEDNN
  import Checkpoints
  import Tensors
  import TestSupport
  import Testing

  @testable import Gradients

  /// Whole networks, whose layers run into one another.
  @Suite struct OneDNNNetworkTests {
    /// A design, and pictures for it.
    struct Case: CustomTestStringConvertible, Sendable {
      var depth: Int
      var version: Int
      var stem: NetworkDesign.Stem
      var testDescription: String { "ResNet-\(depth), version \(version), \(stem)" }

      func checkpoint() throws -> Checkpoint {
        var design = NetworkDesign()
        design.depth = depth
        design.version = version
        design.stem = stem
        design.width = 0.125
        design.hidden = 40
        design.output = 20
        return try Checkpoint.fresh(design, seed: 7)
      }

      func pictures(_ count: Int = 5) -> Batch {
        let side = stem == .cifar ? 16 : 48
        let shape = [count, 3, side, side]
        return Batch(
          shape: shape,
          values: Laboratory<BLASBackend<Double>>.numbers(shape, seed: 3).map { Float($0) })
      }

      /// Every parameter's gradient, and the prediction, of a pass in training mode.
      func run<Arithmetic: Backend>(
        on backend: Arithmetic, _ checkpoint: Checkpoint, steps: Int = 1
      ) throws -> [String: [Double]] {
        let network = try Network(.online, of: checkpoint, on: backend, isTrained: true)
        var results: [String: [Double]] = [:]
        for _ in 0..<steps {
          network.clearGradients()
          let pass = try network.run(
            pictures(), until: .prediction, isTraining: true, records: true)
          let prediction = try #require(pass.outputs[.prediction])
          var gradient = prediction
          for index in gradient.values.indices {
            gradient.values[index] = Arithmetic.Scalar((index * 37 % 101) - 50) / 100
          }
          try pass.pull(gradient)
          results["prediction"] = prediction.values.map { Double($0) }
        }
        for parameter in network.parameters {
          results[parameter.path] = parameter.gradient.map { Double($0) }
        }
        return results
      }
    }

    static let cases = [
      Case(depth: 18, version: 1, stem: .cifar), Case(depth: 18, version: 2, stem: .cifar),
      Case(depth: 50, version: 1, stem: .imageNet), Case(depth: 50, version: 2, stem: .imageNet),
    ]

    /// A bias that a batch norm takes away again has a gradient of rounding only.
    ///
    /// Where an activation
    /// is as near 0 as float32's rounding, a gradient may jump: of a ResNet-18 one in ten may be off,
    /// and in fifty layers with a few pixels at the end a jump reaches all; a wrong walk would be off
    /// by its whole length.
    @Test(arguments: cases) func `networks agree with float64`(network: Case) throws {
      let checkpoint = try network.checkpoint()
      let mine = try network.run(on: OneDNNBackend(threads: 2), checkpoint)
      let exact = try network.run(on: BLASBackend<Double>(threads: 2), checkpoint)
      #expect(mine.keys == exact.keys)
      var (off, count) = (0, 0)
      for (name, numbers) in exact where !name.hasSuffix("linear0/bias") {
        let difference = Difference(of: name, try #require(mine[name]), numbers)
        #expect(difference.value < (network.depth == 18 ? 0.05 : 0.3), "\(difference)")
        if difference.value > 1e-3 { off += 1 }
        count += 1
      }
      #expect(network.depth > 18 || off * 10 <= count, "\(off) of \(count)")
      #expect(
        Difference(of: "prediction", mine["prediction"] ?? [], exact["prediction"] ?? []).value
          < 1e-4)
    }

    @Test(arguments: OneDNNBackend.Precision.allCases)
    func `the same threads give the same bits`(precision: OneDNNBackend.Precision) throws {
      let network = Self.cases[2]
      let checkpoint = try network.checkpoint()
      let first = try network.run(
        on: OneDNNBackend(threads: 2, precision: precision), checkpoint)
      for steps in [1, 3] {
        let again = try network.run(
          on: OneDNNBackend(threads: 2, precision: precision), checkpoint, steps: steps)
        #expect(first == again)
      }
    }

    @Test func `bfloat16 stays near float32`() throws {
      let network = Self.cases[0]
      let checkpoint = try network.checkpoint()
      let exact = try network.run(on: OneDNNBackend(threads: 2), checkpoint)
      let mine = try network.run(
        on: OneDNNBackend(threads: 2, precision: .bfloat16), checkpoint)
      let prediction = Difference(
        of: "prediction", mine["prediction"] ?? [], exact["prediction"] ?? [])
      // Rounded somewhere, and not far off.
      #expect(prediction.value > 1e-4 && prediction.value < 0.1, "\(prediction)")
      for path in ["predictor/linear1/weight", "encoder/stage3/block1/conv1/weight"] {
        let (left, right) = (mine["online/" + path] ?? [], exact["online/" + path] ?? [])
        func dot(_ a: [Double], _ b: [Double]) -> Double {
          zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let cosine = dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
        #expect(cosine > 0.95, "\(path): \(cosine)")
      }
    }

    @Test func `memory is used again from step to step`() throws {
      let network = Self.cases[2]
      let backend = try OneDNNBackend(threads: 1)
      let checkpoint = try network.checkpoint()
      _ = try network.run(on: backend, checkpoint, steps: 1)
      let reserved = backend.device.reserved
      #expect(reserved > 0)
      _ = try network.run(on: backend, checkpoint, steps: 3)
      #expect(backend.device.reserved == reserved)
      backend.freeSpareMemory()
      #expect(backend.device.reserved == 0)
    }
  }
#endif
