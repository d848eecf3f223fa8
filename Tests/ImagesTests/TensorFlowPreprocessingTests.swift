import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Images

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

  @Test("the crop is what decode_and_crop_jpeg gives, bit for bit", arguments: names)
  func cropsLikeTensorFlow(name: String) throws {
    let picture = try Picture(
      file: Shared.path("fixtures/deepmind/eval_\(name).jpg"),
      decoding: Decoding(Self.input, evaluates: true))
    let centre = picture.deepMindCentre
    let expected = try Oracle("eval_preproc.npz").picture(name + "/crop_u8")
    #expect(centre.width == expected.width && centre.height == expected.height)
    for y in 0..<centre.height {
      let row = 3 * ((centre.y + y) * picture.width + centre.x)
      #expect(
        picture.pixels[row..<row + 3 * centre.width]
          == expected.pixels[3 * y * centre.width..<3 * (y + 1) * centre.width], "row \(y)")
    }
  }

  @Test("a damaged file is decoded or refused where its middle is cut out, too")
  func survives() throws {
    let path = Shared.path("fixtures/deepmind/eval_flower_small_180x120.jpg")
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let decoding = try Decoding(Self.input, evaluates: true)
    var refused = 0
    for index in stride(from: 2, to: bytes.count, by: 41) {
      let original = bytes[index]
      bytes[index] ^= UInt8(truncatingIfNeeded: 1 + index % 255)
      do {
        let picture = try bytes.withUnsafeBytes {
          try Picture(bytes: $0, file: "x", decoding: decoding)
        }
        #expect(picture.pixels.count == 3 * picture.width * picture.height)
      } catch let failure as Failure {
        refused += 1
        #expect(failure.file == "x")
      }
      bytes[index] = original
    }
    #expect(refused > 0)
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
    let square = try Preprocessing(Self.input)(
      Picture(
        file: Shared.path("fixtures/deepmind/eval_\(name).jpg"),
        decoding: Decoding(Self.input, evaluates: true)))
    let expected = try oracle.pictures(name + "/final_01_f32")[0]
    #expect(square.distance(to: expected) < 1e-6)

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
