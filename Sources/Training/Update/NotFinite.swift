import Gradients
import Tensors

extension Updater {
  /// The failure that names the first layer with a number that is not finite.
  func notFinite(loss: Double) -> Failure {
    let names = online.parameters.map(\.path).sorted(by: Self.isEarlier)
    for branch in [online, target] {
      for parameter in branch.parameters.sorted(by: { Self.isEarlier($0.path, $1.path) })
      where !Kernels.squares(parameter.values, parameter.values).isFinite {
        return failure(parameter.path, "its values", loss)
      }
      let moments = branch.statistics.values.keys.filter {
        $0.hasSuffix("/mean") || $0.hasSuffix("/variance")
      }
      for name in moments.sorted(by: Self.isEarlier)
      where branch.statistics.values[name]?.allSatisfy(\.isFinite) == false {
        return failure(
          name.split(separator: "/").dropLast().joined(separator: "/"), "what comes into it", loss)
      }
    }
    // Gradients come from the end: the last layer is the first to have one.
    for name in names.reversed() {
      guard let parameter = online[name], parameter.isTrained,
        !Kernels.squares(parameter.gradient, parameter.gradient).isFinite
      else { continue }
      return failure(name, "its gradient", loss)
    }
    return failure("loss", "it", loss)
  }

  private func failure(_ layer: String, _ what: String, _ loss: Double) -> Failure {
    Failure(
      .differs, place: layer,
      "in step \(nextStep) \(what) is not finite (loss \(loss)): nothing was updated")
  }

  /// Whether a layer is computed before another one.
  static func isEarlier(_ left: String, _ right: String) -> Bool {
    let (left, right) = (order(left), order(right))
    for (one, other) in zip(left, right) where one != other { return one < other }
    return left.count < right.count
  }

  /// A name's place in the forward pass: parts by their rank, numbers by their value.
  private static func order(_ name: String) -> [Int] {
    let ranks = [
      "online": 0, "target": 1, "encoder": 0, "projector": 1, "predictor": 2, "heads": 3, "stem": 0,
      "final": 1000, "conv": 0, "sem": -1, "shortcut": 900, "weight": 0, "bias": 1, "scale": 2,
      "offset": 3, "mean": 4, "variance": 5,
    ]
    return name.split(separator: "/").map { part in
      let word = part.prefix { !$0.isNumber }
      let number = Int(part.drop { !$0.isNumber }) ?? 0
      switch word {
      case "stage": return 1 + number
      case "linear", "conv": return 2 * number
      case "bn": return 2 * number + 1
      default: return ranks[String(part)] ?? number
      }
    }
  }
}
