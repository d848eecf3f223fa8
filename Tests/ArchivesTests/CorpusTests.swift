import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("The corpus of malformed files", .enabled(if: Shared.isPresent, Shared.why))
struct CorpusTests {
  /// Well-formed files that are refused on purpose, and the word that says why.
  private static let strictness = [
    "ndarray-npy/example_c64": "complex", "zip-go/utf8-osx": "UTF-8",
    "zip-libarchive/test_compat_zip_2": "no member",
    "zip-libarchive/test_read_format_zip_filename_cp932": "UTF-8",
    "zip-libarchive/test_read_format_zip_filename_koi8r": "UTF-8",
    "zip-libzip/test-cp437-comment": "name", "zip-libzip/test-cp437-fc-utf-8": "UTF-8",
    "zip-libzip/test-utf8-unmarked": "UTF-8",
    "zip-yauzl/unicode-path": "name", "zip-ziprs/chinese": "UTF-8", "zip-ziprs/non_utf8": "UTF-8",
    "zip-ziprs/windows-7zip": "UTF-8", "zip-ziprs/zip64_demo": "zip64 end record",
  ]
  /// Archives whose fault lies in what their members hold, which the zip reader does not look into.
  private static let faultInside = [
    "generated-npz/deflate_bomb_hidden_tail.npz", "picklescan/object_arrays_compressed.npz",
  ]

  /// Arrays of objects, which readers that run pickles refuse; ours reads them and runs nothing.
  private static let objects = [
    "numpy/py2-objarr.npy", "picklescan/object_arrays_compressed.npz",
  ]
  /// A torch file, of which the pickle is the first part.
  private static let torchFiles = ["picklescan/pytorch_model.bin"]

  /// Runs `body` over the samples of the given formats and compares with the verdicts.
  private func judge(
    _ formats: Set<String>, except: [String] = [], where isWanted: (Corpus.Sample) -> Bool,
    _ body: (MappedFile) throws -> Void
  ) throws -> Int {
    let corpus = try Corpus()
    defer { corpus.remove() }
    let samples = corpus.samples.filter {
      formats.contains($0.format) && !except.contains($0.name) && isWanted($0)
    }
    for sample in samples {
      var refusal: Failure?
      let time = try ContinuousClock().measure {
        do { try body(MappedFile(sample.path)) } catch let failure as Failure { refusal = failure }
      }
      #expect(time < Patience.seconds(2), "\(sample.name) took \(time)")
      if let refusal {
        #expect(refusal.kind == .badInput, "\(refusal)")
        #expect(refusal.description.utf8.count < 1000)
      }
      let word = Self.strictness.first { sample.name.hasPrefix($0.key) }?.value
      switch sample.verdict {
      case "must-be-rejected" where Self.objects.contains(sample.name):
        #expect(refusal == nil, "\(sample.name): \(refusal?.description ?? "")")
      case "valid" where word != nil:
        #expect(refusal?.description.contains(word ?? "") == true, "\(sample.name)")
      case "valid": #expect(refusal == nil, "\(sample.name): \(refusal?.description ?? "")")
      case "must-be-rejected": #expect(refusal != nil, "\(sample.name) was accepted")
      default: break
      }
    }
    return samples.count
  }

  private func readWhole(_ archive: Archive) throws {
    for leaf in archive.leaves {
      if case .tensor(let tensor) = leaf.value { _ = try tensor.digest() }
    }
  }

  @Test func `zip files get the verdict of the manifest`() throws {
    let count = try judge(["zip", "torch-zip"], except: Self.faultInside, where: { _ in true }) {
      let zip = try ZipReader($0)
      for member in zip.members { try zip.check(member) }
    }
    #expect(count > 300)
  }

  @Test func `npz files get the verdict of the manifest, to the last byte`() throws {
    let count = try judge(["zip"], where: { $0.name.hasSuffix(".npz") }) { file in
      try readWhole(Npz().read(file))
    }
    #expect(count > 20)
  }

  @Test func `npy files get the verdict of the manifest, to the last byte`() throws {
    let count = try judge(["npy"], where: { _ in true }) {
      try readWhole(Npy().read($0))
    }
    #expect(count > 40)
  }

  @Test func `safetensors files get the verdict of the manifest, to the last byte`() throws {
    let count = try judge(["safetensors"], where: { _ in true }) {
      try readWhole(Safetensors().read($0))
    }
    #expect(count > 25)
  }

  @Test func `PyTorch files get the verdict of the manifest, to the last byte`() throws {
    let isTorch = { (sample: Corpus.Sample) in
      sample.format != "pickle" || Self.torchFiles.contains(sample.name)
    }
    let count = try judge(["torch-zip", "torch-legacy", "pickle"], where: isTorch) { file in
      try readWhole(Formats.recognising(file).read(file))
    }
    #expect(count > 30)
  }

  @Test func `pickles get the verdict of the manifest, to the last byte`() throws {
    let count = try judge(["pickle"], except: Self.torchFiles, where: { _ in true }) {
      try readWhole(PickleFile().read($0))
    }
    #expect(count > 60)
  }

  @Test func `malicious pickles are refused by name, or are inert`() throws {
    let corpus = try Corpus()
    defer { corpus.remove() }
    var inert: [String] = []
    for sample in corpus.samples where sample.format == "pickle" && sample.verdict == "malicious" {
      do {
        try readWhole(PickleFile().read(MappedFile(sample.path)))
        inert.append(sample.name)
      } catch let failure as Failure {
        #expect(failure.kind == .badInput)
      }
    }
    #expect(inert == [])
  }

  @Test func `every file of any format is refused or read by every format`() throws {
    let corpus = try Corpus()
    defer { corpus.remove() }
    for sample in corpus.samples {
      let file = try? MappedFile(sample.path)
      guard let file else { continue }
      for format in Formats.all {
        do {
          _ = format.recognises(file)
          try readWhole(format.read(file))
        } catch let failure as Failure {
          #expect(failure.kind == .badInput, "\(sample.name): \(failure)")
        }
      }
    }
  }
}
