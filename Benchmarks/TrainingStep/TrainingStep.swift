import Checkpoints
import Glibc
import Gradients
import Tensors

/// Times the passes of BYOL updates on random pictures and random weights: targets of both views, then
/// each online view forwards and backwards; no optimiser.
///
/// `training-step DEPTH BATCH SIDE STEPS PRECISION THREADS` prints a line of JSON: images a second of the
/// best step, the process's peak memory, and the best step's seconds by kind of layer. Up to 64 pixels
/// the stem is CIFAR's. `Benchmarks/training.py` runs it beside PyTorch.
@main
enum TrainingStep {
  static func main() throws {
    #if ONEDNN
      let arguments = CommandLine.arguments.dropFirst()
      let numbers = arguments.compactMap(Int.init)
      guard arguments.count == 6, numbers.count == 5,
        let precision = OneDNNBackend.Precision(rawValue: arguments[5]),
        numbers.allSatisfy({ $0 > 0 })
      else {
        throw Failure(.usage, "training-step DEPTH BATCH SIDE STEPS PRECISION THREADS")
      }
      let backend = try OneDNNBackend(threads: numbers[4], precision: precision)
      var design = NetworkDesign()
      design.depth = numbers[0]
      design.stem = numbers[2] <= 64 ? .cifar : .imageNet
      design.conventions = .torch
      try measure(design, batch: numbers[1], side: numbers[2], steps: numbers[3], on: backend)
    #else
      throw Failure(.usage, "this build is without oneDNN")
    #endif
  }

  #if ONEDNN
    private static func measure(
      _ design: NetworkDesign, batch: Int, side: Int, steps: Int, on backend: OneDNNBackend
    ) throws {
      let checkpoint = try Checkpoint.fresh(design, seed: 1)
      let online = try Network(.online, of: checkpoint, on: backend, isTrained: true)
      let target = try Network(.target, of: checkpoint, on: backend, isTrained: false)
      var generator = SplitMix64(seed: 2)
      let shape = [batch, 3, side, side]
      let views = (0..<2).map { _ in
        Batch(
          shape: shape,
          values: (0..<shape.reduce(1, *)).map { _ in
            Float(generator.next() % 4096) / 2048 - 1
          })
      }
      var best = Double.infinity
      var timings = OneDNNTimings()
      for _ in 0..<steps {
        backend.timings = OneDNNTimings()
        let start = seconds
        try update(online, target, views)
        let taken = seconds - start
        guard taken < best else { continue }
        best = taken
        timings = backend.timings
      }
      timings.seconds[.other] = best - timings.seconds.values.reduce(0, +)
      report(name: backend.name, imagesPerSecond: Double(batch) / best, timings)
    }

    private static func update(
      _ online: Network<OneDNNBackend>, _ target: Network<OneDNNBackend>, _ views: [Batch]
    ) throws {
      online.clearGradients()
      let targets = try views.map { view in
        try target.run(view, until: .projection, isTraining: true, records: false)
          .outputs[.projection]
      }
      for (index, view) in views.enumerated() {
        let pass = try online.run(view, until: .prediction, isTraining: true, records: true)
        guard var gradient = pass.outputs[.prediction], let other = targets[1 - index] else {
          throw Failure(.differs, "a network gave no output")
        }
        // The gradient of half the squared distance: as far a way back as BYOL's.
        for place in gradient.values.indices { gradient.values[place] -= other.values[place] }
        try pass.pull(gradient)
      }
    }

    private static func report(
      name: String, imagesPerSecond: Double, _ timings: OneDNNTimings
    ) {
      var usage = rusage()
      unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      let kinds = timings.seconds.sorted { $0.value > $1.value }
        .map { "\"\($0.key.rawValue)\": \($0.value)" }.joined(separator: ", ")
      print(
        "{\"name\": \"\(name)\", \"images_per_second\": \(imagesPerSecond),",
        "\"peak_mib\": \(usage.ru_maxrss / 1024), \"seconds\": {\(kinds)}}")
    }

    private static var seconds: Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_MONOTONIC, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
  #endif
}
