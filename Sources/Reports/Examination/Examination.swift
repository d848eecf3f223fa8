public import Checkpoints
public import Health
import Tensors

/// Looks at a checkpoint's weights, its state of training and what it makes of pictures.
public struct Examination: Sendable {
  /// What is looked at.
  public struct Options: Sendable {
    /// Pictures, folders of them and lists; the probe's where there are none.
    public var images: [String] = []
    /// Threads; nil for one a processor.
    public var threads: Int?

    /// The probe, with all processors.
    public init() {}
  }

  /// What was found.
  public let report: HealthReport

  /// Examines a checkpoint.
  ///
  /// - Throws: `Failure` where tensors cannot be read, or where pictures were named and no network can
  ///   be run on them.
  public init(_ loaded: Loaded, options: Options = Options()) throws {
    let checkpoint = loaded.checkpoint
    let pass = try WeightsPass(checkpoint, threads: min(options.threads ?? 2, 4))
    let target = TargetLag(checkpoint, pass).report
    let weights = WeightFindings(
      checkpoint, pass, step: checkpoint.recipe.step, lag: target?.lag?.ratio)
    var findings = weights.all
    var features: FeatureReport?
    var missing: String?
    do {
      let pictures =
        options.images.isEmpty
        ? try FeaturePass(probing: checkpoint, threads: options.threads)
        : try FeaturePass(checkpoint, pictures: options.images, threads: options.threads)
      features = pictures.report
      findings += FeatureFindings.all(pictures.report, isFinite: pictures.isFinite)
    } catch let failure as Failure where options.images.isEmpty && failure.kind == .badInput {
      missing = [failure.place, failure.message].compactMap { $0 }.joined(separator: ": ")
    }
    var report = HealthReport(
      findings: findings, tensors: pass.tensors.values.sorted { $0.path < $1.path })
    report.target = target
    report.features = features
    report.featuresMissing = missing
    self.report = report
  }
}
