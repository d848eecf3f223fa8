import Tensors

/// What a fragment or a dialect says of the contract; what one leaves out another may say.
struct ContractText: Codable, Sendable {
  var padding: Contract.Padding?
  var poolPadding: Contract.Padding?
  /// By kind of block.
  var strideAt: [String: Int]?
  /// By kernel size of the first convolution.
  var stem: [String: Contract.Stem.Text]?
  var bn: Contract.BatchNorm?
  var input: Contract.Input?
  /// Simplicial embedding, where the projector has one.
  var sem: Contract.SEM.Text?

  enum CodingKeys: String, CodingKey {
    case padding, stem, bn, input, sem
    case poolPadding = "pool_padding"
    case strideAt = "stride_at"
  }

  /// This text, and what `base` says where this says nothing.
  func over(_ base: ContractText?) -> ContractText {
    guard let base else { return self }
    return ContractText(
      padding: padding ?? base.padding, poolPadding: poolPadding ?? base.poolPadding,
      strideAt: strideAt ?? base.strideAt,
      stem: (base.stem ?? [:]).merging(stem ?? [:]) { $1 }, bn: bn ?? base.bn,
      input: input ?? base.input, sem: sem ?? base.sem)
  }
}

extension Contract.Stem {
  /// A stem as a dialect describes it, by the size of its kernel.
  struct Text: Codable, Sendable {
    var stride: Int
    var pad: Int?
    var pool: Bool
  }
}

extension Contract.SEM {
  /// What names and shapes do not say of a simplicial embedding.
  struct Text: Codable, Sendable {
    var size: Int
    var temperature: Double
  }
}

/// The part of a contract that a dialect knows without looking at tensors, whole.
struct ContractDefaults: Sendable {
  var padding: Contract.Padding
  var poolPadding: Contract.Padding
  var strideAt: [String: Int]
  var stem: [String: Contract.Stem.Text]
  var bn: Contract.BatchNorm
  var input: Contract.Input
  var sem: Contract.SEM.Text?

  /// - Throws: `Failure` (`badInput`) that names the field which neither dialect nor fragments have.
  init(_ text: ContractText) throws {
    func whole<Value>(_ value: Value?, _ field: String) throws -> Value {
      guard let value else {
        throw Failure(
          place: "contract.\(field)", expected: "a value, here or in a fragment", found: "none")
      }
      return value
    }
    padding = try whole(text.padding, "padding")
    poolPadding = try whole(text.poolPadding, "pool_padding")
    strideAt = try whole(text.strideAt, "stride_at")
    stem = try whole(text.stem, "stem")
    bn = try whole(text.bn, "bn")
    input = try whole(text.input, "input")
    sem = text.sem
  }
}
