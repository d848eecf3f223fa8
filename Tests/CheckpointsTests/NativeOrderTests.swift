import Checkpoints
import Testing

@Suite("The order of a network's modules") struct NativeOrderTests {
  @Test func `modules come as a picture passes them, numbers as numbers`() {
    let paths = [
      "online/encoder/stem/conv/weight", "online/encoder/stage0/block0/conv0/weight",
      "online/encoder/stage0/block0/bn0/scale", "online/encoder/stage0/block0/conv1/weight",
      "online/encoder/stage0/block0/shortcut/conv/weight",
      "online/encoder/stage0/block2/conv0/weight", "online/encoder/stage0/block10/conv0/weight",
      "online/encoder/stage1/block0/conv0/weight", "online/encoder/final/bn/scale",
      "online/projector/linear0/weight", "online/predictor/linear0/weight",
      "online/heads/classifier/weight", "target/encoder/stem/conv/weight",
    ]
    #expect(paths.shuffled().sorted { NativeOrder($0) < NativeOrder($1) } == paths)
  }
}
