import Checkpoints
import Tensors

extension Planning {
  /// Finds the networks, and says how those begin that the source lacks.
  mutating func findNetworks() throws {
    let roles = Set(checkpoint.roles)
    let family = checkpoint.contract.encoder.family
    guard roles.contains(.onlineEncoder), family == "resnet" else {
      throw Failure(
        place: "online.encoder", expected: "a ResNet, which can be trained",
        found: roles.contains(.onlineEncoder) ? "an encoder of the family '\(family)'" : "none")
    }
    noteFound(.onlineEncoder)
    guard roles.contains(.onlineProjector) else {
      throw Failure(
        place: "online.projector", expected: "a projector",
        found: "none: BYOL cannot go on without; --projector random begins one, and the encoder "
          + "alone can be evaluated or fine-tuned")
    }
    noteFound(.onlineProjector)
    if roles.contains(.onlinePredictor) {
      noteFound(.onlinePredictor)
    } else {
      note(
        "online.predictor", "random weights", .assumed,
        "the source did not save its predictor: a new one must be learnt, and until then the "
          + "gradients it passes on disturb the encoder")
    }
    for role in [Role.targetEncoder, .targetProjector] {
      if roles.contains(role) {
        noteFound(role)
      } else {
        note(
          role.rawValue, "a copy of the online network", .assumed,
          "the source's own target, which lags behind the online network, is lost: the first "
            + "targets are those of a run that begins here")
      }
    }
    for role in [Role.targetPredictor, .targetHeads] where roles.contains(role) { noteFound(role) }
    findClassifier()
  }

  private mutating func noteFound(_ role: Role) {
    guard let made = checkpoint.provenance.made?[role.rawValue] else {
      return note(role.rawValue, "found", .file)
    }
    note(role.rawValue, "made: \(made.summary)", .flag)
  }

  private mutating func findClassifier() {
    classifier.weight = constant("classifier_loss_weight") ?? 1
    classifier.views = constant("classifier_views") == 2 ? 2 : 1
    classifier.peak = constant("classifier_lr")
    classifier.weightDecay = constant("classifier_weight_decay")
    guard checkpoint["online/\(Plan.Classifier.head)/weight"] != nil else { return }
    note("online.heads", "classifier, trained where labels are given", .file)
  }

  /// The kind of random state and what becomes of it.
  mutating func findRandom() {
    let kind = recipe.random
    note(
      "random", kind.map { "\($0), not continued" } ?? "none found", kind == nil ? .assumed : .file,
      kind == nil
        ? "the order of the pictures and their augmentation begin anew: another run of the same law"
        : "the generator of another framework is not imitated: the order of the pictures and their "
          + "augmentation begin anew")
    note(
      "augmentation", recipe.augmentation ?? "none", origin("augmentation"),
      origin("augmentation") == .assumed
        ? "views have another law than the source's where its pipeline was another" : nil)
  }
}
