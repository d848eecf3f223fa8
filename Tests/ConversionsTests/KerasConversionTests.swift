import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// Directories and files of Keras weights, in and out.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct KerasConversionTests {
  let networks = ["f_online", "f_target", "g_online", "g_target", "q_online"]
  let source = Shared.path("fixtures/dialects/keras_tf2_tiny")

  /// A folder with a directory in it that has the files of one layout alone.
  func withFiles(_ ending: String, _ body: (TemporaryFolder, String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("saved")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for network in networks {
      try FileManager.default.copyItem(
        atPath: "\(source)/\(network)\(ending)", toPath: "\(path)/\(network)\(ending)")
    }
    try body(folder, path)
  }

  func convert(
    _ from: String, _ to: String, _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> ConversionReport {
    var options = ConversionOptions()
    options.sync = false
    change(&options)
    return try Conversion(from, to: to, options: options).run()
  }

  func fingerprints(_ path: String) throws -> [String: String] {
    try Fingerprints(of: Loaded(path).checkpoint).byName.mapValues(\.description)
  }

  func leaves(_ path: String) throws -> [String: [UInt8]] {
    let archive = try Loaded(path).archive
    return Dictionary(
      uniqueKeysWithValues: try archive.leaves.map { leaf in
        guard case .tensor(let tensor) = leaf.value else {
          return (leaf.name, Array("\(leaf.value)".utf8))
        }
        return (leaf.name, try tensor.bytes() + Array("\(tensor.shape)\(tensor.elementType)".utf8))
      })
  }

  @Test(arguments: ["", "_200.h5", ".weights.h5"])
  func `a directory comes back with the same files, names, lists and bits`(ending: String) throws {
    func check(_ folder: TemporaryFolder, _ path: String) throws {
      let native = folder.path("native.h5")
      let back = folder.path("back")
      let report = try convert(path, native)
      #expect(
        report.counts.source == report.counts.used + report.counts.aliases + report.counts.extras)
      _ = try convert(native, back)
      #expect(try leaves(back) == leaves(path))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: back).sorted()
          == FileManager.default.contentsOfDirectory(atPath: path).sorted())
      #expect(try fingerprints(back) == fingerprints(native))
    }
    if ending.isEmpty {
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      try check(folder, source)
    } else {
      try withFiles(ending, check)
    }
  }

  @Test(arguments: [("_200.h5", 3, ".weights.h5"), (".weights.h5", 2, ".h5")])
  func `one layout becomes the other, with the same networks`(
    ending: String, version: Int, written: String
  ) throws {
    try withFiles(ending) { folder, path in
      let out = folder.path("out")
      let report = try convert(path, out) {
        $0.to = "garder14"
        $0.toFormat = "keras\(version)"
      }
      #expect(report.output.format == "keras\(version)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: out).sorted()
          == networks.map { $0 + written })
      #expect(try fingerprints(out) == fingerprints(path))
    }
  }

  @Test(arguments: ["f_online", "f_target", "g_online", "g_target", "q_online"])
  func `a file alone goes there and back as the network of its name`(network: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let file = "\(source)/\(network).weights.h5"
    let native = folder.path("native.h5")
    _ = try convert(file, native)
    let back = folder.path("\(network).weights.h5")
    _ = try convert(native, back)
    #expect(try leaves(back) == leaves(file))
    #expect(try fingerprints(back) == fingerprints(file))
    // Another name than the network's: the file is whole all the same.
    _ = try convert(native, folder.path("other.weights.h5"))
    // And as a directory of one file, which has the network's name.
    _ = try convert(native, folder.path("directory"))
    #expect(try fingerprints(folder.path("directory")) == fingerprints(file))
  }

  @Test func `several networks are no single file, and nothing is left behind`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    #expect {
      _ = try convert(source, folder.path("all.weights.h5")) { $0.to = "garder14" }
    } throws: { error in
      (error as? Failure)?.kind == .usage && "\(error)".contains("holds one network")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `a directory that is there is replaced by force alone`() throws {
    try withFiles(".weights.h5") { folder, path in
      let out = folder.path("out")
      _ = try convert(path, out)
      #expect(throws: Failure.self) { _ = try convert(path, out) }
      _ = try convert(path, out) {
        $0.force = true
        $0.toFormat = "keras2"
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: out).sorted()
          == networks.map { $0 + ".h5" })
    }
  }

  @Test(arguments: [
    ("bolts_tiny.ckpt", "encoder.block"), ("sthalles_resnet18_tiny.pth", "encoder.stem"),
  ])
  func `encoders that the program does not build are refused by name`(
    name: String, field: String
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    #expect {
      _ = try convert(Shared.path("fixtures/dialects/\(name)"), folder.path("out")) {
        $0.to = "garder14"
      }
    } throws: { error in
      (error as? Failure)?.kind == .usage && (error as? Failure)?.place == field
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test
  func `biases of convolutions are refused where they are missing, or zeros by the user's word`()
    throws
  {
    try withFiles(".weights.h5") { folder, path in
      let native = folder.path("native.h5")
      _ = try convert(path, native) { $0.drop = ["*conv*/bias"] }
      let out = folder.path("out")
      #expect {
        _ = try convert(native, out) { $0.toFormat = "keras2" }
      } throws: { error in
        (error as? Failure)?.place == "online/encoder/stage0/block0/conv0/bias"
          && "\(error)".contains("--zero-biases")
      }
      let report = try convert(native, out) {
        $0.toFormat = "keras2"
        $0.zeroBiases = true
      }
      #expect(report.notes.contains { $0.contains("the biases of 24 convolutions") })
      let written = try Loaded(out).checkpoint
      let bias = try #require(written["target/encoder/stage1/block0/shortcut/conv/bias"])
      #expect(try bias.doubles() == [Double](repeating: 0, count: 12))
    }
  }
}
