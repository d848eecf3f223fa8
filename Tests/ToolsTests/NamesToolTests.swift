import Foundation
import TestSupport
import Testing

/// Names that are no UTF-8: nothing is read or written under a repaired one.
@Suite struct NamesToolTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  /// Runs a line of bash, in which `$T` is the folder of the tools and `$S` the sample.
  private func bash(_ line: String, in folder: TemporaryFolder) throws -> Tool.Outcome {
    try Tool(path: "/bin/bash").run(
      ["-c", line], in: folder.url,
      environment: [
        "T": Tool.folder.path, "S": sample, "P": Shared.inPackage("Tests/Fixtures/pictures"),
      ])
  }

  @Test(arguments: ["byol-convert", "byol-inspect", "byol-verify", "byol-embed", "byol-train"])
  func `an argument that is no UTF-8 is refused`(tool: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let repaired = folder.path("o\u{FFFD}.h5")
    try Data("mine".utf8).write(to: URL(filePath: repaired))
    let outcome = try bash("\"$T/\(tool)\" \"$S\" $'o\\xff.h5' --force", in: folder)
    #expect(outcome.code == 3)
    #expect(
      outcome.errors.contains(#"argument 2: expected UTF-8, found 'o\xFF.h5'"#), "\(outcome.errors)"
    )
    #expect(FileManager.default.contents(atPath: repaired) == Data("mine".utf8))
  }

  @Test func `outputs stay in a working directory whose name is no UTF-8`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let repaired = folder.path("d\u{FFFD}")
    try FileManager.default.createDirectory(atPath: repaired, withIntermediateDirectories: false)
    let outcome = try bash(
      """
      set -e; mkdir $'d\\xff'; cd $'d\\xff'
      "$T/byol-convert" "$S" o.npz --quiet; "$T/byol-convert" "$S" o.npz --quiet --force
      "$T/byol-convert" "$S" folder --to native --shard-size 1MB --quiet
      "$T/byol-inspect" "$S" --html page.html --quiet
      "$T/byol-convert" "$S" o.h5 --quiet; "$T/byol-convert" "$S" o.h5 --quiet --force
      ls | grep -v byol.json
      """, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "folder\no.h5\no.npz\npage.html\n", "\(outcome.output)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: repaired).isEmpty)
  }

  @Test func `a link to a name that is no UTF-8 is refused`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try bash(
      "echo old > $'o\\xff'; ln -s $'o\\xff' o.npz; \"$T/byol-convert\" \"$S\" o.npz --force; "
        + "code=$?; cat $'o\\xff'; ls | wc -l; exit $code", in: folder)
    #expect(outcome.code == 4)
    #expect(outcome.errors.contains("UTF-8"), "\(outcome.errors)")
    #expect(outcome.output == "old\n2\n", "\(outcome.output)")
  }

  @Test func `a picture whose name is no UTF-8 is named, counted and left out`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try bash(
      """
      mkdir photos; cp "$P/rgb.png" photos/a.png; cp "$P/rgb.png" $'photos/\\xff\\xfe.png'
      mkdir $'photos/\\xfd'; touch $'photos/\\xff.txt'
      printf 'photos/a.png\\nphotos/\\xff\\xfe.png\\n' > list
      "$T/byol-embed" "$S" photos -o o.npy && "$T/byol-embed" "$S" @list -o o.npy
      """, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("1 picture, embedding"))
    #expect(outcome.errors.contains(#"left out \xFF\xFE.png: expected a name in UTF-8"#))
    #expect(outcome.errors.contains(#"left out \xFD/: expected a name in UTF-8"#))
    #expect(outcome.errors.contains("warning: 2 pictures of 3 left out"), "\(outcome.errors)")
    #expect(outcome.errors.contains(#"left out photos/\xFF\xFE.png: expected"#))
    #expect(outcome.errors.contains("warning: 1 picture of 2 left out"), "\(outcome.errors)")
  }

  @Test func `training names the pictures that it leaves out for their names`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try bash(
      """
      for c in a b; do mkdir -p photos/$c; for i in 1 2 3; do cp "$P/rgb.png" photos/$c/$i.png; done; done
      cp "$P/rgb.png" $'photos/a/\\xff.png'
      "$T/byol-train" resume "$S" --data photos --no-labels --steps 1 --batch 2 --out o.h5 \
        --engine openblas --threads 1 --workers 1
      """, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains(#"left out: photos/a/\xFF.png: expected a name in UTF-8"#),
      "\(outcome.output)")
  }

  @Test func `a checkpoint's directory says what it leaves aside for its name`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try bash(
      "mkdir c; cp \"$S\" c/a.npz; cp \"$S\" $'c/\\xff.npz'; \"$T/byol-inspect\" c", in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(#"\xFF.npz (no name in UTF-8)"#), "\(outcome.output)")
  }
}
