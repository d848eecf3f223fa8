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

  /// 3 pixels beside a 7x7 kernel are what symmetric padding means.
  @Test func `a padding that says what the rule says is no difference`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (report, module) = try convert(
      sample, to: "torchvision", settings: symmetric + ["encoder.stem.pad=3"], in: folder)
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

  @Test(arguments: [
    (true, false, 1, 8, false), (false, false, 1, 8, true), (false, true, 1, 8, false),
    (true, false, 2, 8, true), (true, false, 1, 16, true),
  ])
  func `shortcuts and biases that PyTorch's blocks have not are seen`(
    projects: Bool, hasBiases: Bool, stride: Int, outputs: Int, isUsual: Bool
  ) throws {
    var contract = try Loaded(sample).checkpoint.contract
    contract.encoder.block = .basic
    contract.encoder.blocks = [1]
    contract.encoder.channels = [outputs]
    contract.encoder.strides = [stride]
    var shapes = [
      "stem/conv": [8, 3, 7, 7], "stage0/block0/conv0": [outputs, 8, 3, 3],
      "stage0/block0/conv1": [outputs, outputs, 3, 3],
    ]
    if projects { shapes["stage0/block0/shortcut/conv"] = [outputs, 8, 1, 1] }
    var entries: [Checkpoint.Entry] = []
    for (name, shape) in shapes {
      let path = "online/encoder/\(name)/"
      let zeros = [Float](repeating: 0, count: shape.reduce(1, *))
      entries.append(.init(path + "weight", try Tensor(floats: zeros, shape: shape)))
      guard hasBiases else { continue }
      entries.append(
        .init(path + "bias", try Tensor(floats: Array(zeros.prefix(shape[0])), shape: [shape[0]])))
    }
    let checkpoint = Checkpoint(entries: entries, contract: contract)
    let shape = try #require(EncoderShape(of: checkpoint, branch: .online))
    #expect(shape.isUsual == isUsual)
    // Grouped convolutions, say, are no network that the module could be.
    let other = try Tensor(floats: [Float](repeating: 0, count: 72), shape: [8, 1, 3, 3])
    let grouped = Checkpoint(
      entries: entries.filter { !$0.path.hasSuffix("conv0/weight") }
        + [.init("online/encoder/stage0/block0/conv0/weight", other)], contract: contract)
    #expect(EncoderShape(of: grouped, branch: .online) == nil)
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
