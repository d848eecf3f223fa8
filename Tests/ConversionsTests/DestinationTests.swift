import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// What is said of an output's name that cannot be.
@Suite struct DestinationTests {
  private func failure(_ output: String) throws -> Failure {
    let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
    return try #require(
      #expect(throws: Failure.self) { try Conversion(sample, to: output).run() })
  }

  @Test func `a name without an ending is told the endings, and the formats that are written`()
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let failure = try failure(folder.path("noend"))
    #expect(failure.kind == .usage)
    for word in [".h5", ".npz", ".weights.h5", ".onnx", " hdf5", " torch,"] {
      #expect(failure.message.contains(word), "\(word)")
    }
    // These are only read.
    for word in ["torchscript", "torch-legacy", "safetensors-index"] {
      #expect(!failure.message.contains(word), "\(word)")
    }
  }

  @Test(arguments: ["", "/"])
  func `a directory is told how a file in it gets a name`(_ ending: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let failure = try failure(folder.url.path + ending)
    #expect(failure.kind == .usage && failure.message.hasPrefix("this is a directory: "))
    #expect(failure.message.contains("--out-dir"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
