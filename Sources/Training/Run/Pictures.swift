import Checkpoints
import Images
import Tensors

/// What a run's views are made from, settled from the user's word, the run's own state and the recipe.
struct Pictures {
  /// Given views, or nil where they are drawn.
  var given: ViewsFile?
  /// The pictures, or nil where views are given.
  var data: (any Dataset)?
  var digest: DataDigest?
  var augmentation: Augmentation?
  var batch: Int
  /// Lines of the report.
  var findings: [PlanFinding] = []

  /// The batch where nobody tells one: that for which base learning rates are given.
  static let usualBatch = 256

  init(
    _ options: SessionOptions, checkpoint: Checkpoint, recipe: Recipe, origin: Origin,
    before: RunState?
  ) throws {
    if let views = options.views {
      let file = try ViewsFile(views)
      given = file
      batch = file.batch
      findings = [
        PlanFinding("views", "given, of \(Numbers.counted(file.count, "update"))", .flag),
        PlanFinding("batch", "\(batch)", .file),
      ]
      return
    }
    guard let path = options.data else {
      throw Failure(.usage, "--data tells where the pictures are")
    }
    let opened =
      try options.opened
      ?? Datasets.open(path, decoding: try Decoding(checkpoint.contract.input))
    let data: any Dataset = options.usesLabels ? opened : Unlabelled(opened)
    try data.checkTraining(path)
    if let head = checkpoint["online/\(Plan.Classifier.head)/weight"], !data.classes.isEmpty {
      do {
        try data.checkLabels(path, classes: head.shape.first)
      } catch var failure as Failure {
        failure.message += "; --no-labels trains without the classifier"
        throw failure
      }
    }
    self.data = data
    digest = DataDigest(of: data, at: path)
    batch = options.plan.batch ?? before?.batch ?? min(Self.usualBatch, data.count)
    findings = [
      PlanFinding("data", Self.summary(of: data), .flag, Self.change(from: before, to: digest)),
      PlanFinding(
        "batch", "\(batch)",
        options.plan.batch != nil ? .flag : before != nil ? .file : .assumed,
        options.plan.batch == nil && before == nil
          ? "no file stores it: batch norm's moments and the learning rate go with it" : nil),
    ]
    try settleAugmentation(options, checkpoint, recipe, origin, before)
  }

  private mutating func settleAugmentation(
    _ options: SessionOptions, _ checkpoint: Checkpoint, _ recipe: Recipe, _ origin: Origin,
    _ before: RunState?
  ) throws {
    var kept = before?.augmentation
    if let size = options.size, size != kept?.size { kept = nil }
    let name = options.augmentation ?? before?.augmentation?.name ?? recipe.augmentation ?? "byol"
    if let kept, options.augmentation == nil || options.augmentation == kept.name {
      augmentation = kept
    } else {
      let size = options.size ?? before?.augmentation?.size ?? checkpoint.contract.input.size
      do {
        augmentation = try Augmentation.named(name, size: size)
      } catch let failure as Failure where options.augmentation == nil {
        throw Failure(.badInput, place: "recipe.augmentation", failure.message)
      }
    }
    let isOwn = options.augmentation == nil && before?.augmentation != nil
    findings.append(
      PlanFinding(
        "augmentation", "\(name), views of \(augmentation?.size ?? 0) pixels",
        options.augmentation != nil ? .flag : isOwn ? .file : origin,
        origin == .assumed && options.augmentation == nil && !isOwn
          ? "views have another law than the source's where its pipeline was another" : nil))
  }

  /// What the data are, in words.
  private static func summary(of data: any Dataset) -> String {
    let classes = data.classes.count
    return Numbers.counted(data.count, "picture")
      + (classes == 0 ? ", no labels" : classes == 1 ? ", 1 class" : ", \(classes) classes")
  }

  private static func change(from before: RunState?, to now: DataDigest?) -> String? {
    guard let old = before?.data, let now, old != now else { return nil }
    return
      "the run was made with other pictures so far (\(Numbers.grouped(old.count))): it does not "
      + "go on exactly"
  }

  /// The views of a run.
  func source(_ checkpoint: Checkpoint, seed: UInt64, workers: Int) throws -> any ViewSource {
    if let given { return given }
    guard let data, let augmentation else {
      throw Failure(.usage, "--data tells where the pictures are")
    }
    return Loader(
      data, order: try DataOrder(count: data.count, batch: batch, seed: seed),
      augmentation: augmentation, normalisation: try Normalisation(checkpoint.contract.input),
      workers: workers)
  }

  /// Updates of an epoch.
  var updatesPerEpoch: Int { given?.count ?? max(1, (data?.count ?? 0) / max(1, batch)) }
}
