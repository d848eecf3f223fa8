import Checkpoints
import Tensors

extension BLASPass {
  /// The simplicial embedding before a projector, where it has one (Lavoie, Tsirigotis and others 2022).
  ///
  /// A linear layer [N, D] -> [N, L V], batch norm, and softmax(x / temperature) over the V numbers of
  /// each of the L groups.
  ///
  /// - Returns: [N, L V]; the input itself where the checkpoint has no simplicial embedding.
  /// - Throws: `Failure` (`badInput`) where tensors and contract differ.
  mutating func simplicial(_ input: BLASArray<Number>) throws -> BLASArray<Number> {
    let base = "\(branch)/projector/sem"
    guard let sem = checkpoint.contract.sem else {
      guard checkpoint[base + "/linear/weight"] == nil else {
        throw Failure(
          place: base, expected: "groups, size and temperature in the contract", found: "none")
      }
      return input
    }
    var array = try linear(input, base + "/linear")
    guard sem.size > 0, array.channels % sem.size == 0, array.channels / sem.size == sem.groups
    else {
      throw Failure(
        place: base + "/linear/weight",
        expected: "\(sem.groups) groups of \(sem.size) outputs, as the contract has",
        found: "\(array.channels) outputs")
    }
    trace("projector/sem/linear", array)
    if hasNorm(base + "/bn") { try normalise(&array, base + "/bn", as: "projector/sem/bn") }
    array.softmax(groupsOf: sem.size, temperature: Number(sem.temperature))
    trace("projector/sem", array)
    return array
  }
}

extension BLASArray {
  /// exp(x / t) / sum(exp(x / t)) over each `size` neighbours of a row, with the largest subtracted
  /// first.
  fileprivate mutating func softmax(groupsOf size: Int, temperature: Number) {
    for start in stride(from: 0, to: values.count, by: size) {
      let group = start..<start + size
      var largest = values[start]
      for index in group where values[index] > largest { largest = values[index] }
      var sum: Number = 0
      for index in group {
        values[index] = ((values[index] - largest) / temperature).exponential
        sum += values[index]
      }
      for index in group { values[index] /= sum }
    }
  }
}
