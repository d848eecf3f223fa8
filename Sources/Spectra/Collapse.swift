/// Where features count as collapsed: all pictures are given the same vector, or vectors of one
/// direction.
public enum Collapse {
  /// The part of the healthy feature standard deviation under which they do: an untrained ResNet-18 has
  /// 0.14 of it and more, on CIFAR-10.
  public static let leastDeviation = 0.02
  /// The effective rank under which they do: one direction has 1, two of the same size have 2.
  public static let leastRank = 1.5
}
