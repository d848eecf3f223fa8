import Foundation
import Tensors

/// What `hyper` says of an oracle.
private struct Hyper: Decodable {
  var optimizer: String
  var momentum: Double
  var weight_decay: Double
  var eta: Double
  var base_tau: Double
  var total_steps: Int
}

extension Oracle {
  /// The recipe of a file of `fixtures/oracles`, in JSON.
  static func recipe(of hyper: String?) throws -> String {
    guard let hyper else { throw Failure(.badInput, place: "hyper", "the oracle has none") }
    let text = try JSONDecoder().decode(Hyper.self, from: Data(hyper.utf8))
    let isLARS = text.optimizer.hasPrefix("lars")
    let inBuffer = text.optimizer == "lars_lrinbuf"
    let family =
      isLARS
      ? """
      "family": "lars", "variant": "\(inBuffer ? "lr-in-buffer" : "paper")", "excludes": "bias-and-norm"
      """ : "\"family\": \"\(text.optimizer)\""
    let constants =
      text.optimizer == "adam"
      ? "\"weight_decay\": \(text.weight_decay)"
      : "\"momentum\": \(text.momentum), \"weight_decay\": \(text.weight_decay)"
        + (isLARS ? ", \"eta\": \(text.eta)" : "")
    return """
      {
        "loss": { "form": "2-2cos", "constant": 4, "views": "separate" },
        "optimizer": { \(family), "lr_in_buffer": \(inBuffer), "hyperparameters": { \(constants) } },
        "tau": {
          "kind": "cosine", "base": \(text.base_tau), "total": \(text.total_steps), "divisor": "K",
          "applied": "after-update", "covers": "parameters"
        },
        "target_bn": "own", "step_counts": "next"
      }
      """
  }
}
