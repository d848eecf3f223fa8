import Glibc
import Tensors

/// Views as DeepMind's code makes them (`byol/utils/dataset.py` and `augmentations.py`).
extension Augmentation {
  /// A crop of 0.08 to 1 of the area and of an aspect from 3/4 to 4/3, drawn once and cut to the picture.
  func deepMindCrop(width: Int, height: Int, using generator: inout SplitMix64) -> Box {
    let area = generator.uniform(smallestCrop, 1) * Double(width * height)
    let aspect = exp(generator.uniform(log(3.0 / 4), log(4.0 / 3)))
    func side(_ length: Double, _ limit: Int) -> Int {
      min(limit, max(1, Int(length.squareRoot().rounded(.toNearestOrEven))))
    }
    let (newWidth, newHeight) = (side(area * aspect, width), side(area / aspect, height))
    return Box(
      x: generator.index(below: width - newWidth + 1),
      y: generator.index(below: height - newHeight + 1), width: newWidth, height: newHeight)
  }

  /// Crop, resize without antialiasing, flip, jitter, grey, blur, solarize.
  func deepMindView(_ draws: Draws, of picture: Picture) -> FloatPicture {
    var view = picture.resizedLikeTensorFlow(draws.crop, width: size, height: size, filter)
      .fromGreyLevels()
    finishLikeDeepMind(&view, draws)
    return view
  }

  /// What DeepMind's code does on the accelerator with a crop.
  func finishLikeDeepMind(_ view: inout FloatPicture, _ draws: Draws) {
    finish(&view, draws) { view, operation, jitter in
      switch operation {
      case .brightness: view.brighten(by: Float(jitter.brightness))
      case .contrast: view.stretchChannels(factor: Float(jitter.contrast))
      case .saturation: view.adjustHSV(saturation: Float(jitter.saturation))
      case .hue: view.adjustHSV(turn: Float(jitter.hue))
      }
    }
    view.mapInPlace(clipped)
  }
}
