import Foundation
import Images
import Tensors
import TestSupport
import Testing
import Training

/// CIFAR-10's binary version.
struct CIFAR10Tests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Writes a batch whose picture of each label has the label in red, and its row and column.
  private func write(_ name: String, labels: [Int]) throws {
    var bytes: [UInt8] = []
    for label in labels {
      bytes.append(UInt8(label))
      bytes += [UInt8](repeating: UInt8(label), count: 1024)
      bytes += (0..<1024).map { UInt8($0 / 32) } + (0..<1024).map { UInt8($0 % 32) }
    }
    try Data(bytes).write(to: folder.url.appending(path: name))
  }

  @Test("batches are read in order, colour by colour, with their classes' names")
  func reads() throws {
    defer { folder.remove() }
    try write("data_batch_2.bin", labels: [7])
    try write("data_batch_1.bin", labels: [3, 9])
    try write("test_batch.bin", labels: [5, 5, 5])
    let data = try Datasets.open(folder.url.path)
    #expect(data.labels == [3, 9, 7] && data.classes[3] == "cat" && data.classes.count == 10)
    let picture = try data.picture(2)
    #expect(picture.width == 32 && picture.height == 32)
    #expect(Array(picture.pixels[3 * (5 * 32 + 9)..<3 * (5 * 32 + 10)]) == [7, 5, 9])
    #expect(data.name(2).hasSuffix("data_batch_2.bin: picture 0"))
    #expect(try Datasets.open(folder.path("test_batch.bin")).labels == [5, 5, 5])

    try Data("one\ntwo\n\n".utf8).write(to: folder.url.appending(path: "batches.meta.txt"))
    let failure = #expect(throws: Failure.self) { try Datasets.open(folder.url.path) }
    #expect(failure?.message == "expected a label of 0 to 1, found 3")
  }

  @Test("a cut batch is refused")
  func refusesCut() throws {
    defer { folder.remove() }
    try write("data_batch_1.bin", labels: [1, 2])
    let url = folder.url.appending(path: "data_batch_1.bin")
    try Data(contentsOf: url).dropLast().write(to: url)
    let failure = #expect(throws: Failure.self) { try Datasets.open(folder.url.path) }
    #expect(failure?.message == "expected records of 3073 bytes, found 6145 bytes")
  }
}
