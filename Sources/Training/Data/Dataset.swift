import Images
import Tensors

/// Pictures to train and to evaluate on, decoded when asked for; each call may come from another thread.
public protocol Dataset: Sendable {
  /// The number of pictures.
  var count: Int { get }
  /// The classes' names, in the order of the labels' numbers; empty where there are no labels.
  var classes: [String] { get }
  /// The class of a picture, or nil where it is not known.
  func label(_ index: Int) -> Int?
  /// What messages call a picture.
  func name(_ index: Int) -> String
  /// Decodes a picture.
  ///
  /// - Throws: `Failure`, which names the picture, where it cannot be read or is damaged.
  func picture(_ index: Int) throws -> Picture
  /// Pictures that were found and are not among the others, with the reason.
  var leftOut: [CorruptPicture] { get }
}

extension Dataset {
  /// None.
  public var leftOut: [CorruptPicture] { [] }

  /// Every picture's class, -1 where it is not known; empty where there are no labels at all.
  public var labels: [Int] { classes.isEmpty ? [] : (0..<count).map { label($0) ?? -1 } }
}
