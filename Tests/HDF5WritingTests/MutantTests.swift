import Archives
import Foundation
import HDF5Writing
import TestSupport
import Tensors
import Testing

/// One byte of the metadata is another, and the checksum that guards it is made good, as a forger
/// would; `./dev fuzz` does the same ten thousand times, under AddressSanitizer.
@Suite struct MutantTests {
  /// What became of a mutant.
  private enum Outcome: String {
    case refused, verified, same, labelled, silent
  }

  @Test(arguments: [2020, 7_331] as [UInt64])
  func `no mutant is silently another file`(seed: UInt64) throws {
    try withFolder { folder in
      let sound = try Specimen.small(in: folder, deep: false)
      let before = try Held(at: folder.path("sound.h5"))
      // The signature is not guarded by a sum, and is the first thing that every reader looks at.
      let blocks = (sound.blocks.values.joined() + [8..<48]).sorted {
        $0.lowerBound < $1.lowerBound
      }
      var random = SplitMix64(seed: seed)
      var tally: [Outcome: Int] = [:]
      for _ in 0..<250 {
        let block = blocks[Int.random(in: blocks.indices, using: &random)]
        let place = Int.random(in: block.dropLast(4).indices, using: &random)
        var mutant = sound
        mutant.bytes[place] ^= UInt8.random(in: 1...255, using: &random)
        mutant.heal(block.lowerBound == 8 ? 0..<48 : block)
        let outcome = try outcome(of: mutant, before, in: folder)
        tally[outcome, default: 0] += 1
        #expect(outcome != .silent, "seed \(seed), byte \(place)")
      }
      // Most bytes of a header matter: a reader that looked at fewer would show here.
      #expect(tally[.refused, default: 0] + tally[.verified, default: 0] > 175, "\(tally)")
      #expect(tally[.same, default: 0] > 0, "\(tally)")
    }
  }

  private func outcome(
    of mutant: Specimen, _ before: Held, in folder: TemporaryFolder
  ) throws -> Outcome {
    let path = folder.path("mutant.h5")
    try Data(mutant.bytes).write(to: URL(filePath: path))
    do {
      let native = try NativeFile(MappedFile(path))
      do {
        try native.checkEveryByte(threads: 1)
      } catch let failure as Failure where failure.kind == .badInput {
        return .verified
      }
    } catch let failure as Failure where failure.kind == .badInput {
      return .refused
    }
    let after = try Held(at: path)
    if after == before { return .same }
    return after.stored == before.stored ? .labelled : .silent
  }
}

/// What a native file holds.
private struct Held: Equatable {
  /// Tensors and documents by path: type, shape, and the hash of the bytes as they are read.
  var stored: [String: String] = [:]
  /// Attributes of the root and the schemas of documents, which no hash covers.
  var labels: [String: String] = [:]

  init(at path: String) throws {
    let file = try NativeFile(MappedFile(path))
    for dataset in file.datasets {
      let digest = try dataset.tensor.digest()
      stored[dataset.path] = "\(dataset.elementType) \(dataset.shape) \(digest)"
      labels[dataset.path] = dataset.schema
    }
    for attribute in file.attributes { labels["@" + attribute.name] = "\(attribute.value)" }
  }
}
