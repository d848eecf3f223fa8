import Tensors

/// Deterministic choices of pictures: the same labels and seed choose the same on every machine.
public enum Splits {
  /// Parts a training set for the choice of settings: of each class the share, rounded, and where a
  /// class has two pictures or more at least one on either side.
  ///
  /// - Returns: the numbers of the pictures on either side, ascending.
  public static func validation(_ labels: [Int], share: Double, seed: UInt64)
    -> (training: [Int], validation: [Int])
  {
    var held: Set<Int> = []
    for members in shuffledClasses(labels, seed: seed) where members.count > 1 {
      let wanted = Int((share * Double(members.count)).rounded())
      held.formUnion(members.prefix(min(max(wanted, 1), members.count - 1)))
    }
    return (
      labels.indices.filter { !held.contains($0) }, labels.indices.filter { held.contains($0) }
    )
  }

  /// A part of a labelled set with as many pictures of every class: the share of all pictures, divided by
  /// the classes, rounded, at least one, as far as a class has so many.
  ///
  /// With the same seed the smaller share is a part of the larger.
  ///
  /// - Returns: the numbers of the pictures, ascending.
  public static func balanced(_ labels: [Int], share: Double, seed: UInt64) -> [Int] {
    let classes = shuffledClasses(labels, seed: seed)
    let each = Double(labels.count) * share / Double(max(1, classes.count))
    let count = max(1, Int(each.rounded()))
    return classes.flatMap { $0.prefix(count) }.sorted()
  }

  /// The numbers of each class's pictures, each class in a random order of its own.
  private static func shuffledClasses(_ labels: [Int], seed: UInt64) -> [[Int]] {
    Dictionary(grouping: labels.indices, by: { labels[$0] }).sorted { $0.key < $1.key }.map {
      var generator = SplitMix64(seed: seed &+ UInt64(truncatingIfNeeded: $0.key) &* 0x9E37_79B9)
      return shuffled($0.value, &generator)
    }
  }

  /// Fisher and Yates's shuffle, from the last place to the first, with the generator's fractions.
  static func shuffled(_ numbers: [Int], _ generator: inout SplitMix64) -> [Int] {
    var numbers = numbers
    for place in numbers.indices.dropFirst().reversed() {
      numbers.swapAt(place, Int(generator.nextFraction() * Double(place + 1)))
    }
    return numbers
  }
}
