import Archives
import Checkpoints
import Embedding
import Health
import Images
import Networks
import Spectra
import Synchronization
import Tensors

/// Runs a network on pictures and measures what it makes of them.
struct FeaturePass {
  /// The most pictures that are looked at of a folder, evenly over all: enough for a spectrum of a few
  /// hundred directions, and a picture that can still be read.
  static let mostPictures = 500
  /// Pictures on which blocks are looked at channel by channel, at most.
  static let mostTraced = 64

  private(set) var report: FeatureReport
  /// Whether every feature is a finite number.
  private(set) var isFinite = true

  /// The network that is run: online, where there is one.
  static func branch(of checkpoint: Checkpoint) -> Branch {
    checkpoint.roles.contains(.onlineEncoder) ? .online : .target
  }

  /// The probe's pictures.
  ///
  /// - Throws: `Failure` where the network cannot be run.
  init(probing checkpoint: Checkpoint, threads: Int?) throws {
    let size = Probe.input(for: checkpoint.contract).shape[3]
    let inputs = ProbePictures.all(
      size: size, normalisation: try Normalisation(checkpoint.contract.input))
    let session = try Self.session(checkpoint, Self.outputs(of: checkpoint), threads)
    var features: [String: Features] = [:]
    // Like photographs in a folder: a thread a picture.
    for start in stride(from: 0, to: inputs.count, by: 32) {
      let part = Array(inputs[start..<min(start + 32, inputs.count)])
      for (stage, rows) in try session.run(Self.pictures(part, size)) {
        features[stage, default: Features(shape: [0] + rows.shape.dropFirst(), values: [])]
          .append(rows)
      }
    }
    report = FeatureReport(
      branch: Self.branch(of: checkpoint).rawValue, source: "probe", pictures: inputs.count,
      size: size, engine: session.name)
    measure(features, labels: nil, classes: [])
    try trace(Array(inputs.prefix(Self.mostTraced)), size, checkpoint, threads)
  }

  /// Pictures of files and folders.
  ///
  /// - Throws: `Failure` where the network cannot be run, or no picture be read.
  init(_ checkpoint: Checkpoint, pictures paths: [String], threads: Int?) throws {
    let all = try PictureFile.all(paths)
    let step = max(1, (all.count + Self.mostPictures - 1) / Self.mostPictures)
    let files = stride(from: 0, to: all.count, by: step).map { all[$0] }
    var options = InferenceSession.Options()
    options.branch = Self.branch(of: checkpoint)
    options.stages = Self.outputs(of: checkpoint)
    options.threads = threads
    let network = try PictureNetwork(checkpoint, options: options)
    let embeddings = try Embeddings(of: files, by: network)
    report = FeatureReport(
      branch: options.branch.rawValue, source: paths.joined(separator: ", "),
      pictures: embeddings.files.count, size: network.size, engine: embeddings.engine)
    report.leftOut = embeddings.bad.count
    let folders = embeddings.files.map(\.folder)
    let classes = Set(folders.compactMap { $0 }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let labels = folders.compactMap { $0.flatMap { numbers[$0] } }
    let isLabelled = classes.count > 1 && labels.count == folders.count
    measure(
      embeddings.features, labels: isLabelled ? labels : nil, classes: isLabelled ? classes : [])
    let traced = stride(
      from: 0, to: embeddings.files.count,
      by: max(1, embeddings.files.count / Self.mostTraced)
    ).prefix(Self.mostTraced).map { embeddings.files[$0] }
    try trace(traced.map { try network.input($0.path) }, network.size, checkpoint, threads)
  }

  /// The outputs that the network has, but for a classifier's.
  private static func outputs(of checkpoint: Checkpoint) -> Set<String> {
    let branch = branch(of: checkpoint)
    return Set(
      Output.allCases.filter { $0 != .logits && checkpoint.has($0, branch) }.map(\.rawValue))
  }

  private static func session(
    _ checkpoint: Checkpoint, _ stages: Set<String>, _ threads: Int?
  ) throws -> InferenceSession {
    var options = InferenceSession.Options()
    options.branch = branch(of: checkpoint)
    options.stages = stages
    options.threads = threads
    return try InferenceSession(checkpoint, options: options)
  }

  private static func pictures(_ inputs: [[Float]], _ size: Int) -> Pictures {
    Pictures(count: inputs.count, height: size, width: size, values: Array(inputs.joined()))
  }

  private mutating func measure(
    _ features: [String: Features], labels: [Int]?, classes: [String]
  ) {
    for output in Output.allCases {
      guard let rows = features[output.rawValue] else { continue }
      let matrix = FeatureMatrix(
        count: rows.shape[0], width: rows.size, values: rows.values.map { Double($0) })
      guard let spectrum = Spectrum(of: matrix) else {
        isFinite = false
        continue
      }
      report.outputs.append(
        FeatureReport.Measured(
          output: output.rawValue, width: matrix.width, deviation: matrix.featureDeviation,
          healthyDeviation: FeatureMatrix.healthyDeviation(width: matrix.width),
          effectiveRank: spectrum.effectiveRank))
      guard output == .embedding else { continue }
      report.singularValues = spectrum.singularValues
      report.projection = PrincipalComponents(of: matrix).map {
        FeatureReport.Projection(
          points: $0.points, shares: $0.shares, labels: labels, classes: classes)
      }
    }
  }

  /// Counts channels of each block that are zero for all inputs, a picture at a time: the blocks'
  /// outputs are much larger than the features.
  private mutating func trace(
    _ inputs: [[Float]], _ size: Int, _ checkpoint: Checkpoint, _ threads: Int?
  ) throws {
    let encoder = checkpoint.contract.encoder
    // In version 2 a block ends with a sum, which is seldom zero.
    guard encoder.version == 1, encoder.blocks.allSatisfy({ $0 > 0 }) else { return }
    let stages = encoder.blocks.indices.map { "stage\($0)/block\(encoder.blocks[$0] - 1)" }
    let session = try Self.session(checkpoint, Set(stages), threads)
    let alive = Mutex<[String: [Bool]]>([:])
    try forEachConcurrently(inputs, threads: session.threads, weight: { _ in 0 }) { input in
      for (stage, values) in try session.runOnThisThread(Self.pictures([input], size)) {
        guard values.shape.count == 4 else { continue }
        let area = max(1, values.shape[2] * values.shape[3])
        let seen = (0..<values.shape[1]).map { channel in
          values.values[channel * area..<(channel + 1) * area].contains { $0 != 0 }
        }
        alive.withLock { alive in
          alive[stage] = alive[stage].map { zip($0, seen).map { $0 || $1 } } ?? seen
        }
      }
    }
    let found = alive.withLock { $0 }
    report.deadUnits = stages.compactMap { stage in
      found[stage].map {
        FeatureReport.DeadUnits(stage: stage, dead: $0.count { !$0 }, channels: $0.count)
      }
    }
  }
}
