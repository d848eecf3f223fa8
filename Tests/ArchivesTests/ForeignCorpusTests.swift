import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("The corpus of HDF5 files", .enabled(if: Shared.isPresent, Shared.why))
struct ForeignCorpusTests {
  /// Files that a reader without hashes cannot tell from good ones, and one that is bad in a way that
  /// nothing in it shows.
  private static let unnoticed = [
    "generated-hdf5/raw_bit_flip.h5", "hdf5-1.10.8-tools/h5clear_mdc_image.h5",
  ]
  /// What a refusal of well-formed HDF5 says: it is not a tree of numbers and texts.
  private static let foreignness = [
    "expected a group or a dataset", "expected numbers or texts", "expected a text or a row",
    "expected the filters", "expected a tree of groups", "bytes in a file of", "expected at most",
  ]

  @Test func `foreign HDF5 gets the verdict of the manifest and never harms the program`() throws {
    let corpus = try Corpus()
    defer { corpus.remove() }
    let samples = corpus.samples.filter { ["hdf5", "mat"].contains($0.format) }
    var (read, crashes) = (0, 0)
    for sample in samples {
      var refusal: Failure?
      let time = try ContinuousClock().measure {
        do {
          for leaf in try Keras().read(MappedFile(sample.path)).leaves {
            if case .tensor(let tensor) = leaf.value { _ = try tensor.digest() }
          }
          read += 1
        } catch let failure as Failure { refusal = failure }
      }
      #expect(time < Patience.seconds(2), "\(sample.name) took \(time)")
      if let refusal {
        #expect(refusal.kind == .badInput, "\(refusal)")
        #expect(refusal.description.utf8.count < 1000)
        if refusal.message.contains("by a crash") { crashes += 1 }
      }
      switch sample.verdict {
      case "valid":
        let isForeign = Self.foreignness.contains { refusal?.message.contains($0) ?? true }
        #expect(isForeign, "\(sample.name): \(refusal?.description ?? "")")
      case "must-be-rejected" where !Self.unnoticed.contains(sample.name):
        #expect(refusal != nil, "\(sample.name) was accepted")
      default: break
      }
    }
    #expect(samples.count > 400)
    #expect(read > 100)
    // libhdf5's own bugs; a version without them makes this smaller.
    #expect(crashes < 100)
  }
}
