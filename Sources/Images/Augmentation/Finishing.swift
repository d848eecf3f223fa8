/// What both pipelines do with a crop, in the same order.
extension Augmentation {
  /// Flip, jitter, grey, blur, solarize.
  ///
  /// - Parameter adjust: how the pipeline does one operation of a colour jitter.
  func finish(
    _ view: inout FloatPicture, _ draws: Draws,
    adjust: (inout FloatPicture, Draws.Operation, Draws.Jitter) -> Void
  ) {
    if draws.isFlipped { view.flip() }
    if let jitter = draws.jitter {
      for operation in jitter.order { adjust(&view, operation, jitter) }
    }
    if draws.isGrey { view.turnGrey() }
    if let sigma = draws.sigma { view.blur(blur, sigma: sigma) }
    if draws.isSolarized { view.solarize() }
  }
}
