import Tensors

extension Augmentation {
  /// The names that recipes use, each of which `named` knows.
  public static let names = ["byol", "deepmind", "byol-pytorch", "solo-learn", "simclr"]

  /// The pipeline that recipes call `name`, for views of a size.
  ///
  /// - `byol`: the paper's two views in torchvision's operations, as lightly's `BYOLTransform` and
  ///   OpenMMLab's configurations have them (OpenMMLab's crops are bicubic).
  /// - `deepmind`: DeepMind's `byol/utils/augmentations.py`.
  /// - `byol-pytorch`: lucidrains' `DEFAULT_AUG`, whose crop comes last. The original draws once for a
  ///   whole batch, this once for each picture.
  /// - `solo-learn`: its `asymmetric.yaml`; that for CIFAR, up to 32 pixels, does not blur.
  /// - `simclr`: sthalles' transforms (SimCLR's strengths; every view is blurred).
  ///
  /// - Throws: `Failure` (`usage`) where no pipeline is called so, or the size is none.
  public static func named(_ name: String, size: Int) throws -> Augmentation {
    guard size > 0, size <= 1 << 13 else {
      throw Failure(.usage, "views have 1 to 8192 pixels a side, not \(size)")
    }
    func paper(_ pipeline: Pipeline, _ filter: ResampleFilter, _ blur: Blur) -> Augmentation {
      Augmentation(
        name: name, pipeline: pipeline, size: size,
        views: [View(blur: 1, solarize: 0), View(blur: 0.1, solarize: 0.2)], filter: filter,
        blur: blur)
    }
    switch name {
    case "byol": return paper(.torchvision, .bilinear, Blur(.pillow))
    case "deepmind": return paper(.deepmind, .bicubic, Blur(.black, radius: size / 20))
    case "solo-learn":
      var result = paper(.torchvision, .bicubic, Blur(.pillow))
      if size <= 32 { for view in 0..<2 { result.views[view].blur = 0 } }
      return result
    case "byol-pytorch":
      let view = View(jitter: 0.3, blur: 0.2, solarize: 0)
      return Augmentation(
        name: name, pipeline: .torchvision, size: size, views: [view, view],
        strength: Strength(brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2),
        filter: .bilinear, blur: Blur(.mirrored, radius: 1), sigmas: [1, 2], cropsLast: true)
    case "simclr":
      let view = View(blur: 1, solarize: 0)
      return Augmentation(
        name: name, pipeline: .torchvision, size: size, views: [view, view],
        strength: Strength(brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2),
        filter: .bilinear, blur: Blur(.mirrored, radius: size / 10 / 2))
    default:
      throw Failure(
        .usage,
        "no augmentation is called \(name); there are \(names.joined(separator: ", "))")
    }
  }
}
