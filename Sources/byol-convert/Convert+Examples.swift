import Terminals

extension Convert {
  /// For the manual page.
  static let examples = [
    Manual.Example(
      "byol-convert pretrain_res50x1.pkl byol.h5",
      "Converts a checkpoint of DeepMind's code to the native layout."),
    Manual.Example(
      "byol-convert byol.h5 encoder.pth --to torchvision --only encoder",
      "Takes the online encoder alone to the names of torchvision's ResNet."),
    Manual.Example(
      "byol-convert byol.h5 small.h5 --only encoder --dtype f16",
      "Halves the encoder, and says what its embeddings lose."),
    Manual.Example(
      "byol-convert runs/*.ckpt --out-dir native --skip-existing",
      "Converts every checkpoint of a directory that was not converted before."),
  ]
}
