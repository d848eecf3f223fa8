import Foundation
import TestSupport

/// The corpus of malformed and malicious files, unpacked into a temporary folder.
struct Corpus {
  /// A file of the corpus and the verdict that a reader should reach.
  struct Sample {
    let name: String
    let path: String
    let format: String
    let verdict: String
  }

  let samples: [Sample]
  private let folder: TemporaryFolder

  /// Unpacks the corpus and reads its manifest.
  init() throws {
    folder = try TemporaryFolder()
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "xzf", Shared.path("corpus/corpus.tar.gz"), "-C", folder.url.path]
    try tar.run()
    tar.waitUntilExit()
    let root = folder.url.appending(path: "corpus")
    let manifest = try String(
      contentsOf: root.appending(path: "MANIFEST.tsv"), encoding: .utf8)
    samples = manifest.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Sample(
        name: fields[0], path: root.appending(path: fields[0]).path, format: fields[3],
        verdict: fields[4])
    }
  }

  /// Removes the unpacked files.
  func remove() { folder.remove() }
}
