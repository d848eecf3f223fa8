import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// A module beside the output, where the output's own class would compute another function.
@Suite struct RemedyTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  /// The report of a conversion, and the module beside its output.
  func convert(
    _ source: String, to dialect: String?, _ name: String = "net.safetensors",
    settings: [String] = [], in folder: TemporaryFolder
  ) throws -> (report: ConversionReport, module: String?) {
    var options = ConversionOptions()
    options.to = dialect
    options.settings = settings
    options.zeroBiases = true
    options.force = true
    let report = try Conversion(source, to: folder.path(name), options: options).run()
    let data = try? Data(contentsOf: URL(filePath: folder.path(name + ".model.py")))
    return (report, data.map { String(decoding: $0, as: UTF8.self) })
  }

  let symmetric = ["encoder.padding=symmetric", "encoder.pool_padding=symmetric"]

  @Test func `SAME padding under torchvision's names gets a module and a warning`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (report, module) = try convert(sample, to: "torchvision", in: folder)
    let text = try #require(module)
    #expect(text.contains("FILE = Path(__file__).with_name(\"net.safetensors\")"))
    #expect(text.contains("def same(x, kernel, stride, value=0.0):"))
    #expect(text.contains("same(x, 3, 2, float(\"-inf\"))"))
    #expect(text.contains("not name.startswith((\"fc.\",))"))
    let note = try #require(report.notes.first { $0.contains("computes another function") })
    #expect(note.contains("74.6 to about 70 %") && note.contains("net.safetensors.model.py"))
  }

  @Test func `no module where the class is right, and none is left of an earlier output`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    #expect(try convert(sample, to: "torchvision", in: folder).module != nil)
    let (report, module) = try convert(
      sample, to: "torchvision", settings: symmetric, in: folder)
    #expect(module == nil)
    #expect(!report.notes.contains { $0.contains("another function") })
  }

  @Test func `no module beside a file of the source's own program`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (report, module) = try convert(sample, to: nil, "back.npz", in: folder)
    #expect(module == nil && !report.notes.contains { $0.contains("another function") })
  }

  @Test(arguments: [
    ("bn.eps=1e-3", "eps=0.001"), ("encoder.stem.pad=2", "nn.Conv2d(3, 64, 7, 2, 2, bias=False)"),
    ("encoder.stride_at=0", "self.conv1 = Conv(inputs, width, 1, stride)"),
    ("encoder.stem.pool=false", "self.bn1 = Norm(64)"), ("bn.keep=0.99", ""),
  ])
  func `each field that changes the function is in the module`(
    _ setting: String, _ line: String
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (_, module) = try convert(
      sample, to: "torchvision", settings: symmetric + [setting], in: folder)
    guard !line.isEmpty else {
      // How fast statistics move is no matter of the function.
      #expect(module == nil)
      return
    }
    let text = try #require(module)
    #expect(text.contains(line), "\(text)")
    #expect(!text.contains("def same"))
  }

  @Test func `names behind a prefix are loaded with it`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (_, module) = try convert(sample, to: "solo-learn", in: folder)
    #expect(try #require(module).contains("PREFIX = \"backbone.\""))
    let (_, zip) = try convert(sample, to: "solo-learn", "net.ckpt", in: folder)
    let text = try #require(zip)
    #expect(text.contains("weights_only=True)[\"state_dict\"]"))
    #expect(!text.contains("safetensors"))
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `a shortcut that PyTorch's basic blocks have not is a reason`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = Shared.path("fixtures/deepmind/tiny_haiku_byol_basicblock.npz")
    let (report, module) = try convert(
      source, to: "torchvision", settings: symmetric, in: folder)
    #expect(module?.contains("1, True)") == true)
    #expect(report.notes.contains { $0.contains("a shortcut has a convolution") })
  }

  @Test func `a file's name cannot become code`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let name = "\"\"\"\\n import os\n ü.safetensors"
    let (_, module) = try convert(sample, to: "torchvision", name, in: folder)
    let text = try #require(module)
    #expect(
      text.contains("with_name(\"\\\"\\\"\\\"\\\\n import os\\U0000000a \\U000000fc.safetensors\")")
    )
    #expect(text.components(separatedBy: "\"\"\"").count % 2 == 1)
    #expect(!text.contains("\n import os"))
  }
}
