import Foundation
import Images
import Tensors
import TestSupport
import Testing
import Training

/// Folders of JPEG and PNG files.
@Suite(.enabled(if: Picture.canDecode))
struct PictureFolderTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Copies fixtures into a folder: paths there, and the pictures' names.
  private func fill(_ files: [(String, String)]) throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/pictures")
    for (path, name) in files {
      let target = folder.url.appending(path: path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: source.appending(path: name), to: target)
    }
  }

  private func failure() -> Failure? {
    #expect(throws: Failure.self) { try Datasets.open(folder.url.path) }
  }

  @Test("classes are folders in the order of their names, deeper files included, others ignored")
  func readsClasses() throws {
    defer { folder.remove() }
    try fill([
      ("b/2.JPEG", "rgb420.jpg"), ("b/deep/er/1.png", "rgb.png"), ("a/x.jpg", "grey.jpg"),
      ("B/z.jpg", "cmyk.jpg"), ("notes/readme.txt", "make.py"), ("a/.hidden.jpg", "rgb420.jpg"),
    ])
    let data = try Datasets.open(folder.url.path)
    #expect(data.classes == ["B", "a", "b"])
    #expect(data.labels == [0, 1, 2, 2])
    #expect(
      (0..<4).map { data.name($0).dropFirst(folder.url.path.count + 1) } == [
        "B/z.jpg", "a/x.jpg", "b/2.JPEG", "b/deep/er/1.png",
      ])
    #expect(try data.picture(3).width == 45)
    try data.checkTraining("x")
    try data.checkLabels("x", classes: 3)
    #expect(throws: Failure.self) { try data.checkLabels("x", classes: 10) }
  }

  @Test("pictures without folders have no labels")
  func readsFlat() throws {
    defer { folder.remove() }
    try fill([("2.jpg", "grey.jpg"), ("1.png", "rgb.png")])
    let data = try Datasets.open(folder.url.path)
    #expect(data.classes.isEmpty && data.labels.isEmpty && data.label(0) == nil && data.count == 2)
    #expect(data.name(0).hasSuffix("1.png"))
    #expect(throws: Failure.self) { try data.checkLabels("x") }
  }

  @Test("one picture is not enough to train on")
  func refusesOne() throws {
    defer { folder.remove() }
    try fill([("1.png", "rgb.png")])
    let data = try Datasets.open(folder.url.path)
    let failure = #expect(throws: Failure.self) { try data.checkTraining("data") }
    #expect(failure?.description == "data: expected at least 2 pictures to train on, found 1")
  }

  @Test("no pictures, and pictures beside folders of them, are refused")
  func refusesOthers() throws {
    defer { folder.remove() }
    #expect(failure()?.message.hasPrefix("expected JPEG or PNG pictures") == true)
    try fill([("a/x.jpg", "grey.jpg"), ("loose.jpg", "grey.jpg")])
    #expect(failure()?.message.contains("both (loose.jpg and a/x.jpg)") == true)
    #expect(throws: Failure.self) { try Datasets.open(folder.path("nowhere")) }
  }

  @Test("a folder of sets is refused, with the one to choose")
  func refusesSplits() throws {
    defer { folder.remove() }
    try fill([("train/a/x.jpg", "grey.jpg"), ("test/a/x.jpg", "grey.jpg")])
    #expect(failure()?.message.contains("/train, found test, train") == true)
    #expect(try Datasets.open(folder.path("train")).classes == ["a"])
  }

  @Test("a damaged picture is named when it is read, not before")
  func namesDamaged() throws {
    defer { folder.remove() }
    try fill([("1.jpg", "make.py"), ("2.jpg", "grey.jpg")])
    let data = try Datasets.open(folder.url.path)
    let failure = #expect(throws: Failure.self) { try data.picture(0) }
    #expect(failure?.file == folder.path("1.jpg") && failure?.kind == .badInput)
    #expect(try data.picture(1).height == 33)
  }

  @Test("a link to a folder further up is refused")
  func refusesCycles() throws {
    defer { folder.remove() }
    try fill([("a/x.jpg", "grey.jpg")])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("a/up"), withDestinationPath: "..")
    #expect(failure()?.message.contains("at most 16 deep") == true)
  }
}
