import Embedding
import Tensors
import Testing

/// Labels' files, and the class of a picture.
@Suite struct ClassNamesTests {
  private func file(_ path: String) -> PictureFile { PictureFile(path: path, name: path) }

  @Test func `a line is a name, or an identifier and a name`() throws {
    let named = try ClassNames(lines: ["great white shark", "tench"])
    #expect(named.names == ["great white shark", "tench"])
    #expect(named.position(of: file("x/tench/1.jpg")) == 1)
    let identified = try ClassNames(lines: ["n01440764 tench", "n01484850\tgreat white shark"])
    #expect(identified.names == ["tench", "great white shark"])
    #expect(identified.position(of: file("val/n01484850/a_b.JPEG")) == 1)
    #expect(identified.position(of: file("n01440764_tench.JPEG")) == 0)
    #expect(identified.position(of: file("ILSVRC2012_val_00000001_n01484850.JPEG")) == 1)
    #expect(identified.position(of: file("other/1.jpg")) == nil)
  }

  @Test func `folders are classes in alphabetical order`() throws {
    let files = ["d/dog/1.png", "d/cat/1.png", "d/dog/2.png"].map(file)
    let names = try ClassNames(foldersOf: files)
    #expect(names.names == ["cat", "dog"])
    #expect(files.map { names.position(of: $0) } == [1, 0, 1])
  }

  @Test func `two classes of one name are refused, as are two of one identifier`() {
    #expect(throws: Failure.self) { try ClassNames(lines: ["cat", "cat"]) }
    #expect(throws: Failure.self) { try ClassNames(lines: ["n1 cat", "n1 dog"]) }
  }

  @Test func `two identifiers may share a name, as ImageNet's cranes and maillots do`() throws {
    let names = try ClassNames(lines: ["n02012849 crane", "n03126707 crane"])
    #expect(names.position(of: file("n03126707/1.jpg")) == 1)
    #expect(names.position(of: file("n02012849/1.jpg")) == 0)
  }
}
