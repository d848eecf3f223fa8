import Archives
import Foundation
import Images
import Tensors
import TestSupport
import Testing
import Training

/// Pictures in npz, npy and HDF5 files.
struct PictureArrayTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ arrays: [(String, Tensor)], to name: String = "data.npz", compressed: Bool = false
  ) throws -> String {
    let path = folder.path(name)
    let file = try AtomicFile(path, AtomicFile.Options(force: true))
    try Npz(compressed: compressed)
      .write(
        Archive(.dict(arrays.map { ($0.0, .tensor($0.1)) }), format: "npz"), to: file.output)
    try file.commit()
    return path
  }

  /// Bytes 0, 1, 2 ...
  private func counted(_ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    return try Tensor(
      .uint8, shape: shape, bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
  }

  private func labels(_ values: [Int32]) throws -> Tensor {
    try Tensor(.int32, shape: [values.count], bytes: values.withUnsafeBytes { Array($0) })
  }

  private func failure(_ arrays: [(String, Tensor)]) throws -> Failure? {
    let path = try write(arrays)
    return #expect(throws: Failure.self) { try Datasets.open(path) }
  }

  @Test("bytes are read in every order of axes, stored and compressed", arguments: [false, true])
  func readsBytes(compressed: Bool) throws {
    defer { folder.remove() }
    let pictures = try counted([3, 4, 5, 3])
    let path = try write(
      [("x_train", pictures), ("y_train", labels([2, -1, 0]))], compressed: compressed)
    let data = try Datasets.open(path)
    #expect(data.count == 3 && data.classes == ["0", "1", "2"] && data.labels == [2, -1, 0])
    let picture = try data.picture(1)
    #expect(picture.width == 5 && picture.height == 4)
    #expect(picture.pixels == (60..<120).map { UInt8($0) })

    let planar = try Datasets.open(
      write([("images", pictures.permuted([0, 3, 1, 2]))], compressed: compressed))
    #expect(try planar.picture(1) == picture && planar.classes.isEmpty)

    let grey = try Datasets.open(write([("arr_0", counted([2, 4, 5]))], compressed: compressed))
    #expect(try grey.picture(1).pixels.prefix(6) == [20, 20, 20, 21, 21, 21])
  }

  @Test("numbers of 0 to 1, of 0 to 255 and integers are grey levels")
  func readsNumbers() throws {
    defer { folder.remove() }
    let unit = try Tensor(floats: [0, 0.2, 0.499, 1, 0.5, 0.1], shape: [1, 1, 2, 3])
    #expect(
      try Datasets.open(write([("x", unit)])).picture(0).pixels == [0, 51, 127, 255, 128, 26])
    let levels = try Tensor(floats: [0, 51, 127, 255, 128, 26], shape: [1, 1, 2, 3])
    #expect(
      try Datasets.open(write([("x", levels)])).picture(0).pixels == [0, 51, 127, 255, 128, 26])
    let integers = try Tensor(
      .int32, shape: [1, 1, 1, 3], bytes: [Int32(0), 1, 255].withUnsafeBytes { Array($0) })
    #expect(try Datasets.open(write([("x", integers)])).picture(0).pixels == [0, 1, 255])
    let negative = try Tensor(
      .int32, shape: [1, 1, 1, 3], bytes: [Int32(0), -1, 255].withUnsafeBytes { Array($0) })
    #expect(throws: Failure.self) { try Datasets.open(write([("x", negative)])).picture(0) }
  }

  @Test("an array is chosen by name, and the test set's labels go with it")
  func chooses() throws {
    defer { folder.remove() }
    let path = try write([
      ("x_test", counted([2, 2, 2, 3])), ("x_train", counted([3, 2, 2, 3])),
      ("y_test", labels([1, 0])), ("y_train", labels([0, 1, 2])),
    ])
    #expect(try Datasets.open(path).labels == [0, 1, 2])
    #expect(try Datasets.open(path + "#x_test").labels == [1, 0])
    let failure = #expect(throws: Failure.self) { try Datasets.open(path + "#x_val") }
    #expect(failure?.message == "expected an array x_val, found x_test, x_train, y_test, y_train")
    let one = try write([("pictures", counted([2, 2, 2, 3])), ("w", labels([5]))])
    #expect(try Datasets.open(one).count == 2)
  }

  @Test("what does not match or is no picture is refused")
  func refuses() throws {
    defer { folder.remove() }
    let pictures = try counted([2, 2, 2, 3])
    let many = try failure([("images", pictures), ("labels", labels([1, 2, 3]))])
    #expect(
      many?.description.hasSuffix(
        "labels: expected a label for each of 2 pictures, found an array of shape [3]") == true)
    let real = try Tensor(floats: [0, 1], shape: [2])
    #expect(try failure([("images", pictures), ("labels", real)])?.place == "labels")
    let normalised = try Tensor(floats: [-2, 1, 0, 0, 0, 0], shape: [2, 1, 1, 3])
    #expect(try failure([("images", normalised)])?.message.contains("not normalised") == true)
    #expect(try failure([("images", counted([2, 5]))])?.message.contains("[2, 5]") == true)
    #expect(try failure([("images", counted([0, 2, 2, 3]))])?.message.contains("none") == true)
    #expect(
      try failure([("a", pictures), ("b", pictures)])?.message.contains("FILE#NAME") == true)
  }

  @Test("HDF5 of other programs is read, contiguous and compressed")
  func readsHDF5() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/pictures/arrays.h5").path
    let plain = try Datasets.open(path + "#train/images")
    #expect(plain.count == 3 && plain.labels == [])
    let packed = try Datasets.open(path + "#images")
    #expect(packed.labels == [1, 0, 1] && packed.classes == ["0", "1"])
    for index in 0..<3 {
      let picture = try packed.picture(index)
      #expect(try picture == plain.picture(index))
      #expect(picture.pixels == (0..<60).map { UInt8(index * 60 + $0) })
    }
  }
}
