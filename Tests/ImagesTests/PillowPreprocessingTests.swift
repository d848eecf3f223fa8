import Checkpoints
import Tensors
import Testing

@testable import Images

/// Resizing and evaluation against Pillow and torchvision.
struct PillowPreprocessingTests {
  @Test("resized crops are Pillow's, bit for bit")
  func resizes() throws {
    let references = try References("operations.npz")
    let picture = try references.picture("picture")
    let names = references.names("resized_crop")
    #expect(names.count == 6)
    for name in names {
      // resized_crop/FILTER_x_y_width_height_size
      let parts = name.dropFirst("resized_crop/".count).split(separator: "_")
      let numbers = parts.dropFirst().compactMap { Int($0) }
      let box = Box(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
      let filter = try #require(ResampleFilter(rawValue: String(parts[0])))
      let result = picture.resizedLikePillow(box, width: numbers[4], height: numbers[4], filter)
      #expect(result == (try references.picture(name)), "\(name)")
    }
  }

  @Test("Resize and CenterCrop are torchvision's, bit for bit", arguments: [24, 56])
  func evaluates(size: Int) throws {
    let references = try References("operations.npz")
    for filter in [ResampleFilter.bilinear, .bicubic] {
      for turn in ["wide", "tall"] {
        var picture = try references.picture("picture")
        if turn == "tall" { picture = picture.turned(.turnedLeft) }
        let square = try Preprocessing(size: size, crop: .resizeFirst, filter: filter)(picture)
        let expected = try references.picture("evaluated/\(filter.rawValue)_\(turn)_\(size)")
        #expect(square == FloatPicture(expected), "\(filter) \(turn)")
      }
    }
  }

  @Test("numbers are resized as PyTorch does, within 1e-6")
  func resizesFloats() throws {
    let references = try References("operations.npz")
    let picture = FloatPicture(try references.picture("small"))
    for filter in [ResampleFilter.bilinear, .bicubic] {
      let result = picture.resized(
        Box(x: 3, y: 2, width: 25, height: 19), width: 14, height: 11, filter)
      let expected = try references.floats("resized_floats/\(filter.rawValue)")
      #expect(result.distance(to: expected) < 1e-6)
    }
  }

  @Test("a picture of the right size is taken as it is, unless its middle is cut first")
  func keepsSize() throws {
    let picture = try References("operations.npz").picture("picture")
    let square = picture.resizedLikePillow(picture.bounds, width: 32, height: 32, .bilinear)
    let same = try Preprocessing(size: 32, crop: .resizeFirst, filter: .bilinear)(square)
    #expect(same == FloatPicture(square))
    let cut = try Preprocessing(size: 32, crop: .centreFirst, filter: .bilinear)(square)
    #expect(cut != same)
  }

  @Test("a picture that would become a giant is refused")
  func refusesGiants() throws {
    let line = Picture(width: 60_000, height: 1, pixels: [UInt8](repeating: 9, count: 180_000))
    #expect(throws: Failure.self) {
      try Preprocessing(size: 224, crop: .resizeFirst, filter: .bilinear)(line)
    }
  }

  @Test("normalisation follows the contract's range, order and units")
  func normalises() throws {
    let picture = FloatPicture(width: 1, height: 1, values: [0.2, 0.4, 0.6])
    func normalised(_ input: Contract.Input) throws -> [Float] {
      var result: [Float] = [0, 0, 0]
      let normalisation = try Normalisation(input)
      result.withUnsafeMutableBufferPointer {
        guard let target = $0.baseAddress else { return }
        normalisation.write(picture, to: target)
      }
      return result
    }
    var input = Contract.Input(
      range: 255, mean: [10, 20, 30], std: [1, 2, 4], channelOrder: "BGR", normalised: "data",
      size: 32, crop: "resize-first", filter: "bilinear", antialias: true, jpegDCT: "accurate")
    #expect(try normalised(input) == [143, 41, 5.25])
    input.mean = []
    input.std = []
    #expect(try normalised(input) == [153, 102, 51])
    input.channelOrder = "GRB"
    #expect(throws: Failure.self) { try Normalisation(input) }
    input.filter = "lanczos"
    #expect(throws: Failure.self) { try Preprocessing(input) }
    input.jpegDCT = "float"
    #expect(throws: Failure.self) { try Decoding(input) }
  }
}
