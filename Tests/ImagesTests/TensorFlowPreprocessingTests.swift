import Checkpoints
import Images
import TestSupport
import Testing

/// DeepMind's evaluation preprocessing, as real TensorFlow computed it.
@Suite(.enabled(if: Shared.isPresent, Shared.why), .enabled(if: Picture.canDecode))
struct TensorFlowPreprocessingTests {
  static let names = [
    "china_640x427", "flower_427x640", "flower_small_180x120", "china_square_256",
  ]

  private static let input = Contract.Input(
    range: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], channelOrder: "RGB",
    normalised: "network", size: 224, crop: "center-first", filter: "bicubic", antialias: false,
    jpegDCT: "fast")

  private func decoded(_ name: String, _ transform: Decoding.InverseDCT) throws -> Picture {
    try Picture(
      file: Shared.path("fixtures/deepmind/eval_\(name).jpg"), decoding: Decoding(transform))
  }

  @Test("fast JPEG decoding is TensorFlow's, bit for bit", arguments: names)
  func decodesLikeTensorFlow(name: String) throws {
    let expected = try Oracle("eval_preproc.npz").picture(name + "/decoded_u8")
    #expect(try decoded(name, .fast) == expected)
    #expect(try decoded(name, .accurate) != expected)
  }

  @Test("bicubic resizing is TensorFlow's to a thousandth of a grey level", arguments: names)
  func resizesLikeTensorFlow(name: String) throws {
    let oracle = try Oracle("eval_preproc.npz")
    let crop = try oracle.picture(name + "/crop_u8")
    let resized = crop.resizedLikeTensorFlow(crop.bounds, width: 224, height: 224, .bicubic)
    let expected = try oracle.pictures(name + "/resized_bicubic_f32")[0]
    #expect(resized.distance(to: expected) < 1e-3)
  }

  @Test("from the file to the network's input it is TensorFlow's", arguments: names)
  func preprocessesLikeTensorFlow(name: String) throws {
    let oracle = try Oracle("eval_preproc.npz")
    let picture = try decoded(name, try Decoding(Self.input).inverseDCT)
    let square = try Preprocessing(Self.input)(picture)
    let expected = try oracle.pictures(name + "/final_01_f32")[0]
    let differences = zip(square.values, expected.values).map { abs($0 - $1) }
    #expect(differences.reduce(0, +) / Float(differences.count) < 3e-5)
    // TensorFlow decodes the crop alone, and takes the crop's outermost columns for the picture's when it
    // interpolates chroma: they differ by some grey levels.
    for (index, difference) in differences.enumerated() where !(2..<222).contains(index % 224) {
      #expect(difference < 12.0 / 255)
    }
    for (index, difference) in differences.enumerated() where (2..<222).contains(index % 224) {
      #expect(difference < 1e-5)
    }

    var normalised = [Float](repeating: 0, count: square.values.count)
    let normalisation = try Normalisation(Self.input)
    normalised.withUnsafeMutableBufferPointer {
      guard let target = $0.baseAddress else { return }
      normalisation.write(expected, to: target)
    }
    let network = FloatPicture(width: 224, height: 224, values: normalised)
    #expect(network.distance(to: try oracle.pictures(name + "/final_normalised_f32")[0]) < 1e-6)
  }
}
