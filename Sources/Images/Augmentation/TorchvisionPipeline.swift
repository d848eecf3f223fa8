import Checkpoints
import Glibc
import Tensors

/// Views as torchvision's operations make them, in PyTorch's BYOL implementations.
///
/// Crops are resized in whole grey levels, as Pillow does it; what follows is in float32, where Pillow
/// rounds after each operation.
extension Augmentation {
  /// torchvision's `RandomResizedCrop.get_params`: ten tries, then the largest middle part whose aspect
  /// is allowed.
  func torchvisionCrop(width: Int, height: Int, using generator: inout SplitMix64) -> Box {
    let (least, most) = (3.0 / 4, 4.0 / 3)
    for _ in 0..<10 {
      let area = generator.uniform(smallestCrop, 1) * Double(width * height)
      let aspect = exp(generator.uniform(log(least), log(most)))
      let newWidth = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let newHeight = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      if (1...width).contains(newWidth), (1...height).contains(newHeight) {
        let y = generator.index(below: height - newHeight + 1)
        let x = generator.index(below: width - newWidth + 1)
        return Box(x: x, y: y, width: newWidth, height: newHeight)
      }
    }
    let aspect = Double(width) / Double(height)
    func rounded(_ length: Double) -> Int { max(1, Int(length.rounded(.toNearestOrEven))) }
    let newWidth = aspect > most ? rounded(Double(height) * most) : width
    let newHeight = aspect < least ? rounded(Double(width) / least) : height
    return Box(
      x: (width - newWidth) / 2, y: (height - newHeight) / 2, width: newWidth, height: newHeight)
  }

  /// Crop, resize with antialiasing, flip, jitter, grey, blur, solarize; or the crop last.
  func torchvisionView(_ draws: Draws, of picture: Picture) throws -> FloatPicture {
    if cropsLast {
      var square = try Preprocessing(size: size, crop: .resizeFirst, filter: filter)(picture)
      finishLikeTorchvision(&square, draws)
      return square.resized(draws.crop, width: size, height: size, filter)
    }
    var view = FloatPicture(
      picture.resizedLikePillow(draws.crop, width: size, height: size, filter))
    finishLikeTorchvision(&view, draws)
    return view
  }

  /// What follows the crop.
  ///
  /// Flipping commutes with all of it, wherever the original has it.
  func finishLikeTorchvision(_ view: inout FloatPicture, _ draws: Draws) {
    finish(&view, draws) { view, operation, jitter in
      switch operation {
      case .brightness: view.brighten(factor: Float(jitter.brightness))
      case .contrast: view.stretch(factor: Float(jitter.contrast))
      case .saturation: view.saturate(factor: Float(jitter.saturation))
      case .hue: view.adjustHSV(turn: Float(jitter.hue))
      }
    }
  }
}
