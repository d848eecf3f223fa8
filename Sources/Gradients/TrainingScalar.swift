/// A type of numbers in which a network can be trained: `Float` or `Double`.
public protocol TrainingScalar: BinaryFloatingPoint, Sendable {}

extension Float: TrainingScalar {}
extension Double: TrainingScalar {}
