/// How much of the networks a graph computes: the word for `--to`.
public enum GraphScope: String, CaseIterable, Sendable {
  /// From images to embeddings: what downstream tasks take.
  case encoder = "onnx-encoder"
  /// Encoder and projector: embeddings and projections.
  case projection = "onnx-projection"
  /// The whole online network, with the predictor and, where there is one, the classifier.
  case online = "onnx-online"
}

/// The height and width of the images that a graph takes.
public enum GraphInputSize: Sendable, Hashable {
  /// The contract's size, and no other: every padding is a number.
  case contract
  /// Any: where the padding of SAME depends on the size, the runtime computes it (`auto_pad`).
  case any
}
