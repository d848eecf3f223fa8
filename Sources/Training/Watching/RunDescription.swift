/// What is trained and how: the head of a file of metrics and of its page.
public struct RunDescription: Codable, Sendable, Equatable {
  /// The run in a few words: `ResNet-18 (x0.25) on cifar10`.
  public var title: String
  /// The step at which training ends, where it is known.
  public var steps: Int?
  /// The width of the embedding whose collapse is measured, where it is known.
  public var embeddingWidth: Int?
  /// What else is worth a line in a table: batch, optimiser, threads, the checkpoint gone on from.
  public var settings: [Setting]

  /// A name and a value, as people read them.
  public struct Setting: Codable, Sendable, Equatable {
    /// What it is: `batch`.
    public var name: String
    /// What it is set to: `128`.
    public var value: String

    /// A setting.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A description of a run.
  public init(
    title: String, steps: Int? = nil, embeddingWidth: Int? = nil, settings: [Setting] = []
  ) {
    self.title = title
    self.steps = steps
    self.embeddingWidth = embeddingWidth
    self.settings = settings
  }

  private enum CodingKeys: String, CodingKey {
    case title, steps, settings
    case embeddingWidth = "embedding_width"
  }
}
