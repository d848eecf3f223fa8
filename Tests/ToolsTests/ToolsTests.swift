import Foundation
import TestSupport
import Testing

@Suite struct ToolsTests {
  let convert = Tool(name: "byol-convert")
  let verify = Tool(name: "byol-verify")
  let inspect = Tool(name: "byol-inspect")
  let sample = "samples/tiny_haiku_byol.npz"
  let reference = "samples/tiny_haiku_byol.ref.npz"

  @Test func `convert, verify, inspect and back, as the README has it`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let native = folder.path("tiny.h5")
    let converted = try convert(sample, native)
    #expect(converted.code == 0 && converted.errors.isEmpty, "\(converted.errors)")
    #expect(converted.output.contains("482 names = 482 used + 0 aliases + 0 extras + 0 dropped"))
    let verified = try verify(native, "--expect", reference)
    #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
    let inspected = try inspect(native)
    #expect(inspected.code == 0 && inspected.output.contains("online.encoder"))
    let back = folder.path("back.npz")
    #expect(try convert(native, back).code == 0)
    #expect(try verify(sample, back).code == 0)
  }

  @Test(arguments: [
    "byol-convert MISSING OUT.h5: 4", "byol-convert README.md OUT.h5: 2",
    "byol-convert SAMPLE OUT.xyz: 3", "byol-convert SAMPLE: 3", "byol-convert: 3",
    "byol-convert SAMPLE OUT.h5 --nonsense: 3", "byol-convert SAMPLE OUT.h5 --to latin: 3",
    "byol-convert SAMPLE OUT.h5 --drop nothing_like_it: 3",
    "byol-convert SAMPLE OUT.h5 --set encoder.paddign=same: 3",
    "byol-convert SAMPLE OUT.h5 --set bn.eps=7: 3", "byol-convert SAMPLE /nonexistent/OUT.h5: 4",
    "byol-convert SAMPLE OUT.h5 --expect REF: 3", "byol-convert SAMPLE OUT.h5 --accept-unsure: 3",
    "byol-convert SAMPLE OUT.h5 --infer --dialect-out OUT.txt: 3",
    "byol-convert SAMPLE OUT.h5 --infer --expect MISSING: 4",
    "byol-convert README.md OUT.h5 --infer: 2", "byol-convert REF OUT.h5 --infer: 2",
    "byol-convert -dash.npz OUT.h5: 3",
    "byol-convert SAMPLE OUT --to native --shard-size 1MB --dry-run: 0",
    "byol-convert SAMPLE OUT --to native --shard-size 1 --dry-run: 0",
    "byol-convert SAMPLE OUT --to native --shard-size 0: 3",
    "byol-convert SAMPLE OUT --to native --shard-size 9999999999GB: 3",
    "byol-convert SAMPLE OUT.safetensors --to native --shard-size 1MB: 3",
    "byol-convert Sources OUT.h5: 2", "byol-convert --help: 0", "byol-convert --version: 0",
    "byol-verify MISSING: 4", "byol-verify README.md: 2", "byol-verify: 3",
    "byol-verify SAMPLE SAMPLE SAMPLE: 3", "byol-verify SAMPLE SAMPLE: 0",
    "byol-verify SAMPLE --expect MISSING: 4", "byol-verify SAMPLE --expect SAMPLE: 2",
    "byol-verify SAMPLE --tolerance 1: 3", "byol-verify SAMPLE --expect REF --tolerance=-1: 3",
    "byol-verify SAMPLE --expect REF --tolerance 1e-12: 1", "byol-verify SAMPLE --partial: 3",
    "byol-inspect MISSING: 4", "byol-inspect README.md: 2", "byol-inspect: 3",
    "byol-inspect SAMPLE --from latin: 3", "byol-inspect SAMPLE --from-format floppy: 3",
    "byol-inspect SAMPLE --images samples/images: 3",
    "byol-inspect SAMPLE --health --threads 0: 3", "byol-inspect MISSING --health: 4",
    "byol-inspect README.md --health: 2", "byol-inspect SAMPLE --html /nonexistent/OUT.html: 4",
    "byol-inspect SAMPLE --health --images /nonexistent/photos: 2", "byol-report SAMPLE --json: 0",
    "byol-inspect --help: 0", "byol-inspect SAMPLE SAMPLE: 0", "byol-inspect SAMPLE MISSING: 4",
    "byol-inspect SAMPLE REF: 2", "byol-inspect SAMPLE samples/layout-1.0.h5 --tolerance=-1: 3",
    "byol-inspect SAMPLE --tolerance 0.1: 3", "byol-inspect SAMPLE --all: 3",
    "byol-inspect SAMPLE SAMPLE --stats: 3", "byol-inspect SAMPLE SAMPLE --tolerance 0.1: 0",
    "byol-verify samples/layout-1.0.h5 --layout: 1", "byol-verify SAMPLE --layout: 2",
    "byol-verify MISSING --layout: 4", "byol-verify SAMPLE SAMPLE --layout: 3",
    "byol-verify SAMPLE --layout --expect REF: 3", "byol-convert SAMPLE OUT.h5 --license=: 3",
  ])
  func `exit codes are the documented ones`(_ line: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let parts = line.split(separator: ":").map(String.init)
    let expected = try #require(Int32(parts[1].dropFirst()))
    var words = parts[0].split(separator: " ").map(String.init)
    let tool = Tool(name: words.removeFirst())
    let outcome = try tool.run(
      words.map { word in
        switch word {
        case "SAMPLE": sample
        case "REF": reference
        case "MISSING": "no-such-file.npz"
        case let name where name.hasPrefix("OUT"): folder.path(name)
        default: word
        }
      })
    #expect(outcome.code == expected, "\(outcome.output)\(outcome.errors)")
    if expected > 1 {
      #expect(!outcome.errors.isEmpty && outcome.output.isEmpty)
      // No Swift in a sentence for people.
      for leak in ["Swift", "DecodingError", "Optional(", "Array<"] {
        #expect(!outcome.errors.contains(leak), "\(outcome.errors)")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `JSON is JSON and nothing else`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let native = folder.path("tiny.h5")
    for outcome in [
      try convert(sample, native, "--json"), try verify(native, "--json"),
      try verify(native, sample, "--json"), try inspect(native, "--json", "--stats"),
      try convert(sample, folder.path("x.h5"), "--json", "--dry-run"),
    ] {
      #expect(outcome.code == 0 && outcome.errors.isEmpty)
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      }
    }
  }

  @Test func `health is looked at, and a page written`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let page = folder.path("page.html")
    let outcome = try inspect(sample, "--health", "--html", page)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(
      outcome.output.contains("\nhealth\n  nothing found\n  online embedding: effective rank"))
    let text = String(decoding: try Data(contentsOf: URL(filePath: page)), as: UTF8.self)
    #expect(text.hasPrefix("<!DOCTYPE html>") && text.contains("tiny_haiku_byol.npz"))
    let alone = try inspect(sample, "--html", page)
    #expect(alone.code == 0 && alone.output == "wrote \(page)\n")
    #expect(try !inspect(sample).output.contains("\nhealth\n"))
  }

  @Test func `quiet is quiet`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let outcome = try convert(sample, folder.path("tiny.h5"), "--quiet")
    #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  @Test func `what cannot be printed is a failure`() throws {
    let process = Process()
    process.executableURL = Tool.folder.appending(path: "byol-inspect")
    process.arguments = [sample]
    process.currentDirectoryURL = Shared.package
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 4)
  }

  @Test func `a damaged native file is not converted`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let native = folder.path("tiny.h5")
    #expect(try convert(sample, native).code == 0)
    var bytes = try Data(contentsOf: URL(filePath: native))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: native))
    for output in ["out.h5", "out.npz"] {
      let outcome = try convert(native, folder.path(output))
      #expect(outcome.code == 2 && outcome.errors.contains("tiny.h5"), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.path(output)))
    }
    #expect(try verify(native).code == 1)
  }

  @Test func `the same weights with another contract are another function`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let native = folder.path("tiny.h5")
    #expect(try convert(sample, native, "--set", "bn.eps=1e-3").code == 0)
    let outcome = try verify(native, sample)
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("bn.eps") && outcome.output.contains("same weights: yes"))
    #expect(outcome.errors.contains("tiny_haiku_byol.npz differ"), "\(outcome.errors)")
    let compared = try inspect(native, sample)
    #expect(compared.code == 1 && compared.output.contains("bn.eps"))
  }

  @Test func `a licence is stated by the user, carried on and shown; names state none`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    #expect(try inspect(sample).output.contains("licence of the weights: not stated (CC BY-NC 4.0"))
    let (native, torch) = (folder.path("tiny.h5"), folder.path("tiny.pth"))
    let (back, plain) = (folder.path("back.h5"), folder.path("plain.h5"))
    #expect(try convert(sample, native, "--license", "CC0 1.0").code == 0)
    #expect(try convert(native, torch, "--to", "torchvision").code == 0)
    #expect(try convert(torch, back).code == 0)
    for path in [native, torch, back] {
      let shown = try inspect(path).output
      #expect(shown.contains("licence of the weights: CC0 1.0\n"), "\(path): \(shown)")
    }
    #expect(try convert(sample, plain).code == 0)
    #expect(try inspect(plain).output.contains("licence of the weights: not stated"))
  }

  @Test func `a comparison begins with what happened`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let native = folder.path("online.h5")
    #expect(try convert(sample, native, "--drop", "target_*").code == 0)
    let outcome = try inspect(sample, native)
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("* target.encoder is only in A\n"), "\(outcome.output)")
    #expect(outcome.errors.hasSuffix("differ\n"))
    let all = try inspect(sample, native, "--all")
    #expect(all.output.contains("target/encoder/stage3/block0/conv2/weight"))
  }
}
