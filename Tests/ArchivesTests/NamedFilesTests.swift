import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite struct NamedFilesTests {
  private func withFolder(_ body: (TemporaryFolder) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try Data("a".utf8).write(to: URL(filePath: folder.path("a")))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("here"), withDestinationPath: ".")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("to-new"), withDestinationPath: "new")
    try body(folder)
  }

  private func isRefused(_ body: (inout NamedFiles) -> Void) -> Bool {
    var files = NamedFiles()
    body(&files)
    do {
      try files.check()
      return false
    } catch {
      return (error as? Failure)?.kind == .usage
    }
  }

  @Test func `an output is told from an input by the file, whatever it is called`() throws {
    try withFolder { folder in
      for name in ["a", "./a", "here/a", "here/here/a"] {
        #expect(
          isRefused {
            $0.reads(folder.path("a")); $0.writes("\(folder.url.path)/\(name)")
          })
      }
      #expect(
        !isRefused {
          $0.reads(folder.path("a")); $0.writes(folder.path("b"))
        })
      #expect(
        !isRefused {
          $0.reads(folder.path("a"))
          $0.writes(folder.path("here/a"), over: [folder.path("a")])
        })
    }
  }

  @Test func `a hard link of an input is the input`() throws {
    try withFolder { folder in
      #expect(link(folder.path("a"), folder.path("hard")) == 0)
      #expect(
        isRefused {
          $0.reads(folder.path("a"))
          $0.writes(folder.path("hard"))
        })
    }
  }

  @Test func `two outputs that are not there yet are told by directory and name`() throws {
    try withFolder { folder in
      for name in ["new", "here/new", "./new", "new/", "to-new", "here/to-new"] {
        #expect(
          isRefused {
            $0.writes(folder.path("new")); $0.writes("\(folder.url.path)/\(name)")
          },
          "\(name)")
      }
      #expect(
        !isRefused {
          $0.writes(folder.path("new")); $0.writes(folder.path("newer"))
        })
      #expect(
        isRefused {
          $0.writes("/no/such/x"); $0.writes("/no/such/x")
        })
    }
  }

  @Test func `devices have no place that could be taken`() {
    #expect(
      !isRefused {
        $0.writes("/dev/null"); $0.writes("/dev/null"); $0.reads("/dev/null")
      })
  }

  @Test func `a directory that is replaced takes what is in it along`() throws {
    try withFolder { folder in
      #expect(
        isRefused {
          $0.reads(folder.path("a")); $0.writes(folder.url.path)
        })
      #expect(
        !isRefused {
          $0.reads(folder.path("a")); $0.writes(into: folder.url.path)
        })
    }
  }

  @Test func `of a directory that is read, files of its kind are inputs`() throws {
    try withFolder { folder in
      let inner = folder.path("inner")
      try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
      try Data().write(to: URL(filePath: inner + "/p.png"))
      func isRefused(_ output: String, isDeep: Bool = true) -> Bool {
        self.isRefused {
          $0.reads(folder: folder.path("here"), isDeep: isDeep) { $0.hasSuffix(".png") }
          $0.writes(output)
        }
      }
      #expect(isRefused(inner + "/p.png"))
      #expect(!isRefused(inner + "/p.png", isDeep: false))
      #expect(!isRefused(inner + "/new.png"))
      #expect(!isRefused(folder.path("a")))
    }
  }

  @Test func `a run's earlier checkpoints have their names for themselves`() throws {
    try withFolder { folder in
      for (name, refused) in [
        ("x-00000001.h5", true), ("here/x-12345678.h5", true), ("x-123456789.h5", true),
        ("x-1.h5", false), ("x-000000001.h5", false), ("y-00000001.h5", false),
        ("inner/x-00000001.h5", false),
      ] {
        #expect(
          isRefused {
            $0.writes(folder.path("x.h5"))
            $0.writesSeries(of: folder.path("x.h5"))
            $0.writes(folder.path(name))
          } == refused, "\(name)")
      }
      #expect(
        !isRefused {
          $0.reads(folder.path("x-00000001.h5"))
          $0.writes(folder.path("x.h5"))
          $0.writesSeries(of: folder.path("x.h5"), over: [folder.path("x-00000001.h5")])
        })
    }
  }
}
