import Foundation
import TestSupport
import Testing

/// byol-embed, and byol-verify on pictures, as a user runs them.
@Suite struct EmbedToolTests {
  let embed = Tool(name: "byol-embed")
  let verify = Tool(name: "byol-verify")
  let sample = "samples/tiny_haiku_byol.npz"
  let pictures = "Tests/Fixtures/pictures"

  @Test func `pictures become features, and what is none is named, counted and left out`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("out.npy")
    let outcome = try embed(
      sample, "\(pictures)/rgb420.jpg", "README.md", "\(pictures)/rgb.png", "-o", output)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("2 pictures, embedding [2, "))
    #expect(outcome.output.contains("images/s"))
    #expect(outcome.errors.contains("left out README.md: expected a JPEG or PNG picture"))
    #expect(outcome.errors.contains("warning: 1 picture of 3 left out"))
    #expect(FileManager.default.fileExists(atPath: output))
    let report = try embed(sample, "\(pictures)/rgb.png", "-o", output, "--json")
    let fields = try JSONSerialization.jsonObject(with: Data(report.output.utf8))
    let layers = (fields as? [String: Any])?["layers"] as? [String: [Int]]
    #expect(layers?["embedding"]?.first == 1)
  }

  @Test func `where no picture is left nothing is written`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("out.npz")
    let outcome = try embed(sample, "README.md", "-o", output)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("README.md: expected a JPEG or PNG picture"))
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test(arguments: [
    ["samples/tiny_haiku_byol.npz", "a.jpg"],
    ["samples/tiny_haiku_byol.npz", "-o", "a.npz"],
    ["samples/tiny_haiku_byol.npz", "a.jpg", "-o", "a.txt"],
    ["samples/tiny_haiku_byol.npz", "a.jpg", "-o", "a.npz", "--threads", "0"],
    ["samples/tiny_haiku_byol.npz", "a.jpg", "-o", "a.npz", "--labels", "l.txt"],
    ["samples/tiny_haiku_byol.npz", "a.jpg", "-o", "a.npz", "--precision", "float8"],
    [
      "samples/tiny_haiku_byol.npz", "Tests/Fixtures/pictures/rgb.png", "-o", "a.npz", "--layer",
      "no",
    ],
  ])
  func `a command line that cannot be meant is refused`(arguments: [String]) throws {
    let outcome = try embed.run(arguments)
    #expect(outcome.code == 3, "\(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test func `an input is never replaced by its features`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let checkpoint = folder.path("checkpoint.npz")
    try FileManager.default.copyItem(atPath: Shared.inPackage(sample), toPath: checkpoint)
    let again = folder.path("again.npz")
    #expect(link(checkpoint, again) == 0)
    for output in [checkpoint, again] {
      let outcome = try embed(checkpoint, "\(pictures)/rgb.png", "-o", output)
      #expect(
        outcome.code == 3 && outcome.errors.contains("take the place of"), "\(outcome.errors)")
    }
    #expect(FileManager.default.contentsEqual(atPath: Shared.inPackage(sample), andPath: again))
  }

  @Test func `byol-verify compares two checkpoints' features of pictures`() throws {
    let same = try verify(sample, "--images", pictures, "--against", sample)
    #expect(same.code == 0, "\(same.errors)")
    #expect(same.output.contains("same features: yes"))
    let odd = try verify(sample, "--images", pictures, "--labels", "x", "--against", sample)
    #expect(odd.code == 3)
    #expect(try verify(sample, "--against", sample).code == 3)
  }
}
