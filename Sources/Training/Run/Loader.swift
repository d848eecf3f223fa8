import Images

/// Augmented views of a data set, made ahead on threads of their own.
public final class Loader: ViewSource {
  private let maker: ViewMaker
  private let ahead: Prefetcher<Views>

  /// A loader of `data`.
  ///
  /// - Parameters:
  ///   - order: the order of the pictures, with batch and seed.
  ///   - normalisation: of the network's input.
  ///   - workers: threads that decode and augment.
  public init(
    _ data: any Dataset, order: DataOrder, augmentation: Augmentation,
    normalisation: Normalisation, workers: Int = 2
  ) {
    let maker = ViewMaker(
      data, order: order, augmentation: augmentation, normalisation: normalisation)
    self.maker = maker
    ahead = Prefetcher(workers: max(1, workers)) { try maker.views(at: $0) }
  }

  public var updatesPerEpoch: Int { maker.order.batchesPerEpoch }
  public var batch: Int { maker.order.batch }
  public var corrupt: [CorruptPicture] { maker.corrupt }

  public func views(at position: Int) throws -> Views { try ahead.item(at: position) }

  public func stop() { ahead.stop() }

  deinit { ahead.stop() }
}
