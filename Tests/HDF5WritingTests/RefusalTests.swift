import Archives
import HDF5Writing
import TestSupport
import Tensors
import Testing

@Suite struct RefusalTests {
  /// The sentence with which the writer refuses tensors at these paths.
  private func refusal(_ paths: [String]) throws -> String {
    try withFolder { folder in
      let tensors = try paths.map {
        NativeTensor(path: $0, tensor: try Tensor(floats: [1], shape: [1]))
      }
      let failure = try #require(failure { try write(tensors, in: folder) })
      #expect(failure.kind == .badInput)
      return failure.message
    }
  }

  @Test func moreThan256MembersOfAGroup() throws {
    #expect(
      try refusal((0..<257).map { "group/t\($0)" })
        == "expected at most 256 members of /group, found more")
  }

  @Test(arguments: [
    "", "a//b", "/a", "a/", "a b", "ä", ".", "a/../b", String(repeating: "x", count: 65),
  ])
  func aNameThatIsNone(_ path: String) throws {
    #expect(try refusal([path]).hasPrefix("expected names of 1 to 64 of A-Z a-z 0-9 _ . -"))
  }

  @Test func moreThan32NamesInAPath() throws {
    let path = (0..<33).map { "d\($0)" }.joined(separator: "/")
    #expect(try refusal([path]) == "expected at most 32 names in a path, found 33")
  }

  @Test func moreThan32Axes() throws {
    try withFolder { folder in
      let shape = [Int](repeating: 1, count: 33)
      let tensor = try Tensor(floats: [1], shape: shape)
      let failure = failure { try write([NativeTensor(path: "a", tensor: tensor)], in: folder) }
      #expect(failure?.message == "expected at most 32 axes, found 33")
    }
  }

  @Test func oneNameForTwoTensors() throws {
    #expect(try refusal(["a/b", "a/b"]) == "expected one tensor of that name, found two")
  }

  @Test func aTensorThatIsAGroup() throws {
    #expect(try refusal(["a", "a/b"]) == "expected a group at /a, found a tensor of that name")
    #expect(
      try refusal(["a-b/c", "a/b/c", "a/b"])
        == "expected a group at /a/b, found a tensor of that name")
  }

  @Test func aTensorThatTakesTheIndexesName() throws {
    #expect(try refusal(["index"]) == "expected one tensor of that name, found two")
  }

  @Test func aDocumentInPlaceOfAGroup() throws {
    try withFolder { folder in
      let tensors = [NativeTensor(path: "a/b", tensor: try Tensor(floats: [1], shape: [1]))]
      let document = NativeDocument(path: "a", bytes: [], schema: "a 1.0")
      let failure = failure { try write(tensors, in: folder, extras: ([], [document])) }
      #expect(failure?.message == "expected a group of that name, or a tensor, found both")
    }
  }

  @Test func anAttributeThatIsNotASCII() throws {
    try withFolder { folder in
      let failure = failure {
        try write([], in: folder, extras: ([("created_by", .text("käse"))], []))
      }
      #expect(failure?.message.contains("printable ASCII in the attribute created_by") == true)
    }
  }

  @Test func aFolderThatCannotBeWritten() throws {
    try withFolder { folder in
      let output = OutputFile(descriptor: -1, path: folder.path("missing/native.h5"))
      let failure = failure { try writeNative([], into: output) { _ in ([], []) } }
      #expect(failure?.kind == .inputOutput)
      #expect(failure?.message.hasPrefix("HDF5 cannot create the file: ") == true)
      #expect(
        failure?.message.contains("No such file or directory") == true, "\(failure?.message ?? "")")
    }
  }

  @Test func whatFinishThrowsIsPassedOn() throws {
    try withFolder { folder in
      let path = try write([], in: folder)
      let output = OutputFile(descriptor: -1, path: path)
      let failure = failure {
        try writeNative([], into: output) { _ in throw Failure(.differs, "the probe differs") }
      }
      #expect(failure?.kind == .differs)
      #expect(failure?.file == path)
    }
  }
}
