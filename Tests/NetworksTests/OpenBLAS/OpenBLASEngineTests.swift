import Checkpoints
import Networks
import Synchronization
import Tensors
import Testing

/// The stages of a traced pass, in order.
final class Recorder: Sendable {
  private let list = Mutex<[(String, Activation)]>([])

  func note(_ stage: String, _ value: Activation) { list.withLock { $0.append((stage, value)) } }

  var stages: [String] { list.withLock { $0.map(\.0) } }

  subscript(stage: String) -> Activation? {
    list.withLock { all in all.first { $0.0 == stage }?.1 }
  }
}

@Suite("OpenBLAS engine")
struct OpenBLASEngineTests {
  private let engine = OpenBLASEngine(precision: .float64, threads: 1)

  private func picture(_ shape: [Int], seed: UInt64 = 5) -> Activation {
    var random = Random(seed)
    return Activation(shape: shape, values: random.numbers(shape.reduce(1, *)))
  }

  @Test("a basic network equals its definition, layer by layer")
  func basicNetwork() throws {
    let contract = Contract.tiny(
      block: .basic, padding: .symmetric, stem: .init(kernel: 3, stride: 1, pool: false))
    let checkpoint = try RandomCheckpoint(contract).checkpoint
    let input = picture([1, 3, 6, 6])

    func weight(_ path: String) throws -> [[[[Double]]]] {
      let tensor = try checkpoint.tensor("online/encoder/\(path)/weight")
      let values = try tensor.doubles()
      let each = values.count / tensor.shape[0]
      return (0..<tensor.shape[0]).map {
        nested(Array(values[$0 * each..<($0 + 1) * each]), tensor.shape[2], tensor.shape[3])
      }
    }
    func layer(
      _ name: String, _ suffix: String, _ picture: NaivePicture, stride: Int = 1,
      rectified: Bool = true
    ) throws -> NaivePicture {
      let kernel = try weight("\(name)conv\(suffix)")
      let pad = (kernel[0][0].count - 1) / 2
      let norm = "online/encoder/\(name)bn\(suffix)/"
      let scale = try checkpoint.tensor(norm + "scale").doubles()
      let offset = try checkpoint.tensor(norm + "offset").doubles()
      let mean = try checkpoint.tensor(norm + "mean").doubles()
      let variance = try checkpoint.tensor(norm + "variance").doubles()
      let side = (picture.height - 1) / stride + 1
      return picture.convolved(
        kernel, stride: stride, top: pad, left: pad, height: side, width: side
      ).mapped { channel, value in
        let root = (variance[channel] + 1e-5).squareRoot()
        let result = (value - mean[channel]) / root * scale[channel] + offset[channel]
        return rectified ? max(result, 0) : result
      }
    }
    var x = try layer("stem/", "", NaivePicture(pixels: nested(input.values, 6, 6)))
    for (block, stride) in [("stage0/block0", 1), ("stage0/block1", 1), ("stage1/block0", 2)] {
      var y = try layer("\(block)/", "0", x, stride: stride)
      y = try layer("\(block)/", "1", y, rectified: false)
      let side =
        block == "stage0/block1"
        ? x : try layer("\(block)/shortcut/", "", x, stride: stride, rectified: false)
      for channel in y.pixels.indices {
        for row in 0..<y.height {
          for column in 0..<y.width {
            let sum = y.pixels[channel][row][column] + side.pixels[channel][row][column]
            y.pixels[channel][row][column] = max(sum, 0)
          }
        }
      }
      x = y
    }
    let expected = x.pixels.map { $0.joined().reduce(0, +) / Double(x.height * x.width) }

    let result = try engine.run(ForwardRequest(input: input), on: checkpoint)
    let embedding = try #require(result.outputs[.embedding])
    #expect(embedding.shape == [1, 16])
    #expect(relativeError(embedding.values, expected) < 1e-13)
    #expect(Set(result.outputs.keys) == Set(Output.allCases))
    #expect(result.outputs[.logits]?.shape == [1, 5])
    #expect(result.outputs[.prediction]?.shape == [1, 6])
  }

  @Test("the pass stops at the output asked for, and at the parts the checkpoint has")
  func stops() throws {
    let checkpoint = try RandomCheckpoint(.tiny()).checkpoint
    let input = picture([1, 3, 20, 20])
    let wanted: [(Output, Set<Output>)] = [
      (.embedding, [.embedding]), (.logits, [.embedding, .logits]),
      (.projection, [.embedding, .logits, .projection]), (.prediction, Set(Output.allCases)),
    ]
    for (last, all) in wanted {
      let result = try engine.run(ForwardRequest(input: input, until: last), on: checkpoint)
      #expect(Set(result.outputs.keys) == all)
    }
    let target = try engine.run(ForwardRequest(branch: .target, input: input), on: checkpoint)
    #expect(Set(target.outputs.keys) == [.embedding, .projection])
  }

  @Test("stages are shown by their names, in order, in NCHW")
  func stages() throws {
    let recorder = Recorder()
    _ = try engine.run(
      ForwardRequest(input: picture([2, 3, 20, 18]), trace: recorder.note),
      on: RandomCheckpoint(.tiny()).checkpoint)
    let block = { (name: String, hasShortcut: Bool) in
      (0..<3).flatMap { ["\(name)/conv\($0)", "\(name)/bn\($0)"] }
        + (hasShortcut ? ["\(name)/shortcut/conv", "\(name)/shortcut/bn"] : []) + [name]
    }
    let expected: [String] =
      ["stem/conv", "stem/bn", "stem/pool"] + block("stage0/block0", true)
      + block("stage0/block1", false) + ["stage0"] + block("stage1/block0", true) + ["stage1"]
      + ["embedding", "logits", "projector/linear0", "projector/bn0", "projector/linear1"]
      + ["projection", "predictor/linear0", "predictor/bn0", "predictor/linear1", "prediction"]
    #expect(recorder.stages == expected)
    #expect(recorder["stem/conv"]?.shape == [2, 4, 10, 9])
    #expect(recorder["stem/pool"]?.shape == [2, 4, 5, 5])
    #expect(recorder["stage1"]?.shape == [2, 16, 3, 3])

    let second = Recorder()
    _ = try engine.run(
      ForwardRequest(input: picture([1, 3, 20, 18]), until: .embedding, trace: second.note),
      on: RandomCheckpoint(.tiny(version: 2)).checkpoint)
    #expect(
      second.stages.prefix(5) == [
        "stem/conv", "stem/pool", "stage0/block0/bn0", "stage0/block0/shortcut/conv",
        "stage0/block0/conv0",
      ])
    #expect(second.stages.suffix(3) == ["stage1", "final/bn", "embedding"])
  }

  @Test("float32 follows float64, and threads change no more than the rounding")
  func precisions() throws {
    for version in [1, 2] {
      for block in [Contract.Block.basic, .bottleneck] {
        let checkpoint = try RandomCheckpoint(.tiny(block: block, version: version)).checkpoint
        let request = ForwardRequest(input: picture([3, 3, 33, 29]))
        let exact = try engine.run(request, on: checkpoint)
        for threads in [1, 2] {
          let single = try OpenBLASEngine(precision: .float32, threads: threads)
            .run(request, on: checkpoint)
          for output in Output.allCases {
            let error = relativeError(
              single.outputs[output]?.values ?? [], exact.outputs[output]?.values ?? [0])
            #expect(error < 2e-6, "\(output) v\(version) \(block)")
          }
        }
      }
    }
    #expect(OpenBLASEngine(precision: .float32).name == "openblas float32")
  }
}
