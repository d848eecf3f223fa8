import Archives
import FoundationEssentials
import Tensors

/// Documents of JSON that come from strangers: a dialect's, a sidecar's.
enum StrictJSON {
  /// The value that `bytes` say, in which no object has a key twice.
  ///
  /// - Throws: `Refusal` or the decoder's own error; `describe` puts either into a sentence.
  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    do {
      try JSONDocument.check(bytes)
    } catch let failure as Failure {
      throw Refusal(description: failure.description)
    }
    return try JSONDecoder().decode(type, from: Data(bytes))
  }

  /// Why a text is not taken: part of a sentence that says whose it is.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }
}
