import Checkpoints
import Gradients
import Tensors

/// Stops a pass at the first layer whose output has a number that is not finite.
private struct Stop: Error {
  let layer: String
}

extension Updater {
  /// The failure that names the first layer with a number that is not finite.
  ///
  /// The passes are run again with a look at every layer: it happens once in a run, and every other step
  /// is spared the looking. Running statistics are left as they are.
  func notFinite(_ views: Views, loss: Double) throws -> Failure {
    for network in [online, target] {
      for parameter in network.parameters
      where unsafe !Kernels.squares(parameter.values, parameter.values).isFinite {
        return failure(parameter.path, "its values hold", loss)
      }
    }
    for (name, view) in [("view 1", views.first), ("view 2", views.second)]
    where !view.values.allSatisfy(\.isFinite) {
      return failure(name, "the pictures hold", loss)
    }
    var order: [String] = []
    let views = [views.first, views.second] + [views.first + views.second]
    for network in [online, target] {
      let saved = network.statistics
      defer {
        network.statistics = saved
        network.observe = nil
      }
      network.observe = { layer, value in
        if network.branch == .online { order.append(layer) }
        let numbers = try network.backend.numbers(of: value)
        if !numbers.allSatisfy(\.isFinite) { throw Stop(layer: layer) }
      }
      do {
        for view in views {
          _ = try network.run(view, until: network.lastOutput, isTraining: true, records: false)
        }
      } catch let stop as Stop {
        return failure(stop.layer, "its output holds", loss)
      }
    }
    // Gradients come from the end: the last layer is the first to have one.
    for layer in order.reversed() {
      for parameter in online.parameters
      where unsafe parameter.path.hasPrefix(layer + "/")
        && !Kernels.squares(parameter.gradient, parameter.gradient).isFinite
      {
        return failure(parameter.path, "its gradient holds", loss)
      }
    }
    return failure("loss", "the two views' loss is", loss)
  }

  private func failure(_ layer: String, _ what: String, _ loss: Double) -> Failure {
    Failure(
      .differs, place: layer,
      "\(what) a number that is not finite in step \(nextStep) (loss \(loss)); nothing was updated")
  }
}
