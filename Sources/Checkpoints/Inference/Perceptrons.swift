/// The linear layers of a run of tensors: projectors, predictors and heads, told by their sizes.
///
/// BYOL's perceptrons have two layers (Grill et al. 2020, appendix C.1): the projector leads from the
/// embedding to the projection, the predictor from a projection to a projection, a head leads from the
/// embedding to classes.
struct Perceptrons {
  /// A linear layer.
  struct Layer {
    var position: Int
    var inputs: Int
    var outputs: Int
  }

  /// Two layers, first and last.
  struct Pair {
    var first: Layer
    var last: Layer
  }

  var projectors: [Pair] = []
  var predictors: [Pair] = []
  var heads: [Layer] = []
  var unknown: [Layer] = []
  /// Whether projector and predictor have the same sizes, so that one may be the other.
  var areTwins = false

  /// Sorts layers, in the order of the file.
  ///
  /// - Parameters:
  ///   - features: the length of an embedding.
  ///   - projection: the length of a projection, where another run has told it.
  init(_ layers: [Layer], features: Int, projection: Int?) {
    var rest = layers
    /// Takes a layer and the first behind it that follows from it.
    func pair(_ isFirst: (Layer) -> Bool, _ isLast: (Layer, Layer) -> Bool) -> Pair? {
      for (index, first) in rest.enumerated() where isFirst(first) {
        guard
          let next = rest[(index + 1)...].firstIndex(where: {
            $0.inputs == first.outputs && isLast(first, $0)
          })
        else { continue }
        let last = rest.remove(at: next)
        rest.remove(at: index)
        return Pair(first: first, last: last)
      }
      return nil
    }
    while let found = pair({ $0.inputs == features }, { _, _ in true }) { projectors.append(found) }
    if projectors.count == 2, projectors.allSatisfy({ $0.last.outputs == features }) {
      predictors.append(projectors.removeLast())
      areTwins = true
    }
    if let size = projectors.first?.last.outputs ?? projection {
      while let found = pair({ $0.inputs == size }, { $1.outputs == size }) {
        predictors.append(found)
      }
    }
    heads = rest.filter { $0.inputs == features }
    unknown = rest.filter { $0.inputs != features }
  }
}
