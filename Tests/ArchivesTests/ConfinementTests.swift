import Foundation
import Glibc
import HDF5Records
import TestSupport
import Tensors
import Testing

@testable import Archives

/// What a reader process can do whose libhdf5 was taken over: `Tests/ConfinedAttempts` gives up what
/// the reader gives up, and tries.
@Suite("A hijacked reader process") struct ConfinementTests {
  private func program() throws -> String {
    // It lies beside the reader, which lies beside these tests.
    URL(filePath: try ReaderProcess.program()).deletingLastPathComponent()
      .appending(path: "confined-attempts").path
  }

  /// What the tool that asked would be told.
  private func failure(_ attempt: String, patience: Duration = Patience.seconds(60)) throws -> Failure {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("attempt")
    try Data(attempt.utf8).write(to: URL(filePath: path))
    let program = try program()
    return try ArchivesTests.failure {
      _ = try ForeignTree.read(MappedFile(path), program: program, patience: patience)
    }
  }

  @Test(arguments: [
    "read a file", "create a file", "remove a file", "truncate", "write its input",
    "write standard error", "connect", "send a message", "fork", "start a thread", "run a program",
    "signal the parent", "trace the parent", "read the parent's memory", "execute memory",
    "raise its limits", "make a file in memory", "set up a ring", "sleep",
  ])
  func `is refused by the kernel what it does not need`(attempt: String) throws {
    let failure = try failure(attempt)
    #expect(failure.place == attempt)
    // A thread's stack is made inaccessible first, which is what fails.
    #expect(
      ["refused \(EPERM)", attempt == "start a thread" ? "refused \(EAGAIN)" : nil]
        .contains(failure.message), "\(failure)")
  }

  @Test(arguments: [
    ("read a file", EMFILE), ("create a file", EMFILE), ("connect", EMFILE),
    ("make a file in memory", EMFILE), ("write its input", EBADF), ("truncate", EINVAL),
    ("allocate", ENOMEM),
  ])
  func `finds no file and no socket even where the kernel has no filter`(
    attempt: String, code: Int32
  ) throws {
    let failure = try failure("limits " + attempt)
    #expect(failure.message == "refused \(code)", "\(failure)")
  }

  @Test func `gets no more memory than it may have, however it asks`() throws {
    for attempt in ["allocate", "allocate for ever"] {
      #expect(try failure(attempt).message == "refused \(ENOMEM)", "\(attempt)")
    }
  }

  @Test func `that works without end is ended, and the file is called bad`() throws {
    var failure: Failure?
    let time = try ContinuousClock().measure { failure = try self.failure("loop") }
    #expect(failure?.kind == .badInput)
    #expect(
      failure?.message.contains("for want of time or memory") == true,
      "\(String(describing: failure))")
    #expect(time >= .seconds(1))
  }

  @Test func `that sleeps is ended`() throws {
    let failure = try failure("hang", patience: .milliseconds(300))
    #expect(failure.kind == .badInput)
    #expect(failure.message.contains("a file on which it sleeps"), "\(failure)")
  }

  @Test(arguments: [
    ("crash", "by a crash (signal 11)"), ("flood", "too many objects"),
    ("promise too much", "at most 16777216 bytes"),
  ])
  func `that crashes or lies is an ordinary error`(attempt: String, words: String) throws {
    let failure = try failure(attempt)
    #expect(failure.kind == .badInput)
    #expect(failure.message.contains(words), "\(failure)")
  }

  @Test func `a process without a filter says so, before anything else`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let told = [Record.unfiltered(code: UInt32(EPERM)), .finished]
    func read(_ records: [Record]) throws -> Archive {
      let path = folder.path("told")
      try Data(Record.greeting + records.flatMap(\.encoded)).write(to: URL(filePath: path))
      return try ForeignTree.read(MappedFile(path), program: "/bin/cat")
    }
    let notes = try read(told).notes
    #expect(notes.count == 1)
    #expect(notes[0].contains("without a filter of system calls"))
    #expect(notes[0].contains("Operation not permitted"))
    let late = [Record.attribute(member: nil, name: "a", .none)] + told
    #expect(try ArchivesTests.failure { _ = try read(late) }.message.contains("a late word"))
    // The reader itself has one here.
    #expect(try Keras().read(fixture("hdf5/userblock.h5")).notes.isEmpty)
  }
}
