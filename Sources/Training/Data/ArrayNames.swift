import Tensors

/// What arrays of pictures and of labels are called in other programs' files.
enum ArrayNames {
  /// Pictures and their labels: NumPy's tutorials, Keras' data sets, `numpy.savez` without names.
  private static let pairs: [(pictures: String, labels: [String])] = [
    ("images", ["labels", "label", "targets", "y"]),
    ("x_train", ["y_train"]), ("X_train", ["y_train", "Y_train"]),
    ("train_images", ["train_labels"]), ("x_test", ["y_test"]), ("X_test", ["y_test", "Y_test"]),
    ("test_images", ["test_labels"]), ("x", ["y"]), ("X", ["y", "Y"]),
    ("data", ["labels", "label", "targets", "y"]), ("arr_0", ["arr_1"]),
  ]

  /// The array of pictures.
  ///
  /// - Throws: `Failure` (`badInput`) where none is called so, or no name is known and not just one has a
  ///   fitting shape.
  static func pictures(
    among arrays: [(name: String, tensor: Tensor)], named name: String?
  ) throws -> (name: String, tensor: Tensor) {
    let names = arrays.map(\.name).prefix(20).joined(separator: ", ")
    if let name {
      if let array = arrays.first(where: { $0.name == name }) { return array }
      throw Failure(
        expected: "an array \(name)", found: names.isEmpty ? "no arrays" : "\(names)")
    }
    for pair in pairs {
      if let array = arrays.first(where: { $0.name == pair.pictures }) { return array }
    }
    let fitting = arrays.filter { PixelLayout.fits($0.tensor.shape) }
    guard fitting.count == 1 else {
      throw Failure(
        expected: "one array of pictures, or FILE#NAME to choose one",
        found: names.isEmpty ? "no arrays" : "\(names)")
    }
    return fitting[0]
  }

  /// The array of the labels of pictures, in the same group, or nil where there is none.
  static func labels(
    among arrays: [(name: String, tensor: Tensor)], of pictures: String
  ) -> (String, Tensor)? {
    let base = Paths.last(pictures)
    let group = pictures.dropLast(base.count)
    let known = pairs.first { $0.pictures == base }?.labels
    for candidate in known ?? ["labels", "label", "targets", "y"] {
      if let array = arrays.first(where: { $0.name == group + candidate }) {
        return (array.name, array.tensor)
      }
    }
    return nil
  }
}
