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

  /// Batches of an epoch.
  public var updatesPerEpoch: Int { maker.order.batchesPerEpoch }
  /// Pictures of a batch.
  public var batch: Int { maker.order.batch }
  /// Pictures that could not be read so far, in the order of the data.
  public var corrupt: [CorruptPicture] { maker.corrupt }

  /// The views at a position, for which this waits if they are not ready.
  ///
  /// - Throws: `Failure` (`badInput`) where no picture can be read.
  public func views(at position: Int) throws -> Views { try ahead.item(at: position) }

  /// Ends the threads.
  public func stop() { ahead.stop() }

  deinit { ahead.stop() }
}
