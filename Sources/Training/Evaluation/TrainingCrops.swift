import Checkpoints
import Images
import Tensors

extension Evaluation {
  /// The batches of an epoch as classifiers are trained on them: a random crop, and a flip half of the
  /// time, of each picture (DeepMind's `LINEAR_TRAIN`).
  ///
  /// - Throws: `Failure` (`badInput`) where the contract is not understood.
  func trainingBatches(of pictures: LabelledPictures, _ order: DataOrder, epoch: Int) throws
    -> PictureBatches
  {
    let crops = try Augmentation.named(recipe, size: encoder.size).cropAndFlip
    return PictureBatches(
      pictures, order: order.pictures(inEpoch: epoch),
      try Normalisation(checkpoint.contract.input), size: order.batch
    ) { picture, turn in
      var generator = order.generator(epoch: epoch, place: turn, view: 0)
      let draws = crops.draw(
        view: 0, width: picture.width, height: picture.height, using: &generator)
      return try crops.apply(draws, to: picture)
    }
  }

  /// The pipeline whose crops are used: that of the recipe, DeepMind's where the checkpoint names none
  /// that is known.
  private var recipe: String {
    let name = checkpoint.recipe.augmentation ?? ""
    return Augmentation.names.contains(name) ? name : "deepmind"
  }
}
