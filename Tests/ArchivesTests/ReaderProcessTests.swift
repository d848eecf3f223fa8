import Foundation
import HDF5Records
import TestSupport
import Tensors
import Testing

@testable import Archives

/// Here the process is `cat`, which says what the file has: what a hijacked reader might tell.
@Suite("What the reader process says is checked") struct ReaderProcessTests {
  private static let size = 4096

  /// Reads a file of `size` bytes or more whose beginning `program` copies or runs.
  private func reading(_ bytes: [UInt8], by program: String = "/bin/cat", padded: Bool = true)
    throws -> Archive
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("file")
    let padding = padded ? max(0, Self.size - bytes.count) : 0
    try Data(bytes + [UInt8](repeating: 7, count: padding)).write(to: URL(filePath: path))
    return try ForeignTree.read(MappedFile(path), program: program)
  }

  private func failing(_ body: () throws -> Void) throws -> Failure {
    try ArchivesTests.failure(body)
  }

  private func telling(_ records: [Record]) throws -> Archive {
    try reading(Record.greeting + records.flatMap(\.encoded))
  }

  private func array(
    _ shape: [UInt64], _ place: StoredArray.Place, of element: String = "uint8"
  ) -> StoredArray {
    StoredArray(type: StoredType(element: element, isBigEndian: false, shape: shape), place: place)
  }

  /// Bytes as elements, in frames of at most 70,000.
  private func frames(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 70_000).flatMap { start in
      let frame = bytes[start...].prefix(70_000)
      return Record.elementsHeader(count: frame.count) + frame
    }
  }

  @Test func `frames that do not fit, and a refusal in the place of one`() throws {
    let record = Record.dataset(name: "w", array([8], .streamed(8))).encoded
    let half = Record.elementsHeader(count: 4) + [1, 2, 3, 4]
    for (rest, words) in [
      (half + Record.elementsHeader(count: 5) + [5, 6, 7, 8, 9], "elements too many"),
      (half + Record.elementsHeader(count: 0), "elements too many"),
      (half + Record.end.encoded, "a record among elements"),
      (half + [200, 0, 0, 0, 0], "the unknown kind 200"),
      (half + Record.failed(place: "/w", message: "a short chunk").encoded, "/w: a short chunk"),
    ] {
      let failure = try failing { _ = try reading(Record.greeting + record + rest) }
      #expect(failure.kind == .badInput)
      #expect(failure.description.contains(words), "\(failure)")
    }
  }

  @Test func `an honest process is believed`() throws {
    let archive = try telling([
      .attribute(member: nil, name: "backend", .text("jax")), .group(name: "g"),
      .dataset(name: "w", array([10], .file(offset: 4086))), .end, .finished,
    ])
    #expect(archive.leaves.map(\.name) == ["g/w"])
    #expect(try archive.leaves[0].value.tensor().bytes() == [UInt8](repeating: 7, count: 10))
  }

  @Test func `tensors that came through the pipe, small and large, have their bytes`() throws {
    for count in [0, 5, 65_535, 65_536, 3_000_001] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let record = Record.dataset(
        name: "w", array([UInt64(count)], .streamed(UInt64(count))))
      let second = Record.dataset(name: "v", array([UInt64(count)], .streamed(UInt64(count))))
      let archive = try reading(
        Record.greeting + record.encoded + frames(bytes) + second.encoded
          + frames(bytes.reversed()) + Record.finished.encoded)
      let tensors = try archive.leaves.map { try $0.value.tensor() }
      #expect(try tensors[0].bytes() == bytes)
      // Twice, with the pages given back in between.
      #expect(try tensors[0].bytes() == bytes)
      #expect(try tensors[1].bytes() == bytes.reversed())
    }
  }

  @Test func `lies about sizes are refused`() throws {
    for (dataset, word) in [
      (array([11], .file(offset: 4086)), "11 bytes at byte 4086"),
      (array([1], .file(offset: .max)), "4096 bytes in all"),
      (array([1 << 62, 1 << 62], .file(offset: 0), of: "float64"), "overflows"),
      (array([1 << 63], .file(offset: 0)), "does not exist"),
      (array([1], .file(offset: 0), of: "float80"), "does not exist"),
      (array([4], .streamed(5)), "too many"),
      (array([1 << 40], .streamed(1 << 40)), "at most 16777216 bytes in a file of 4096"),
    ] {
      let failure = try failing { _ = try telling([.dataset(name: "w", dataset), .finished]) }
      #expect(failure.kind == .badInput)
      #expect(failure.message.contains(word), "\(failure)")
    }
  }

  @Test func `records in an impossible order are refused`() throws {
    let dataset = Record.dataset(name: "w", array([1], .file(offset: 0)))
    let attribute = Record.attribute(member: "w", name: "a", .text("x"))
    for records: [Record] in [
      [.end, .finished], [.group(name: "g"), .finished], [dataset, dataset, .finished],
      [.group(name: ""), .end, .finished], [.group(name: "a/b"), .end, .finished],
      [attribute, .finished], [attribute, .group(name: "g"), .end, .finished],
      [attribute, attribute, dataset, .finished],
      [attribute, .dataset(name: "v", array([1], .file(offset: 0))), .finished],
      [.attribute(member: nil, name: "", .none), .finished],
      [.attribute(member: nil, name: "a", .none), .attribute(member: nil, name: "a", .none)],
      [Record](repeating: .group(name: "g"), count: 200),
      [
        .attribute(
          member: nil, name: "a",
          .numbers(StoredType(element: "float64", isBigEndian: false, shape: []), [1]))
      ],
    ] {
      let failure = try failing { _ = try telling(records) }
      #expect(failure.kind == .badInput, "\(failure)")
    }
  }

  @Test func `a process that falls silent or speaks another language is an error`() throws {
    let group = Record.group(name: "g").encoded
    for count in 0..<group.count {
      #expect(
        try failing { _ = try reading(Record.greeting + group[..<count], padded: false) }.kind
          == .badInput)
    }
    for bytes in [Record.greeting.map { $0 ^ 1 }, [], Array("Segmentation fault".utf8)] {
      #expect(try failing { _ = try reading(bytes, padded: false) }.kind == .inputOutput)
    }
    let long: [UInt8] = [1, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(try failing { _ = try reading(Record.greeting + long) }.message.contains("4294967295"))
  }

  @Test(arguments: [("SEGV", "by a crash (signal 11)"), ("KILL", "for want of time or memory")])
  func `the crash of the process is an ordinary error`(signal: String, words: String) throws {
    let script = "printf 'BYOLH5\\000\\001'; kill -\(signal) $$\n"
    let failure = try failing { _ = try reading(Array(script.utf8), by: "/bin/sh", padded: false) }
    #expect(failure.kind == .badInput)
    #expect(failure.message.contains(words), "\(failure)")
  }

  @Test func `the refusal of the process is passed on, without control characters`() throws {
    let failure = try failing {
      _ = try telling([.failed(place: "/a", message: "expected \u{1B}[31mx, found y")])
    }
    #expect(failure.place == "/a")
    #expect(failure.message == "expected ?[31mx, found y")
  }

  @Test func `a missing program is named`() throws {
    let file = try fixture("hdf5/userblock.h5")
    let failure = try failing { _ = try ForeignTree.read(file, program: "/nonexistent/reader") }
    #expect(failure.kind == .inputOutput)
    #expect(failure.message.contains("/nonexistent/reader"), "\(failure)")
  }

}
