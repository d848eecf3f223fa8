import Testing

@testable import Checkpoints

@Suite struct TemplateTests {
  let maps: WordMaps = ["leaf": ["scale": "weight", "offset": "bias", "mean": "running_mean"]]

  func match(_ template: String, _ name: String, known: Bindings = [:]) throws -> Bindings? {
    try Template(template).match(Array(name.utf8), maps: maps, known: known)
  }

  @Test func `a template that parses a name prints it`() throws {
    for (template, name) in [
      ("layer{s+1:int}.{b:int}.conv{c+1:int}.weight", "layer4.10.conv3.weight"),
      ("projector/linear{n:suffix}/w", "projector/linear_1/w"),
      ("projector/linear{n:suffix}/w", "projector/linear/w"),
      ("bn{n:int}.{leaf:leaf}", "bn2.running_mean"),
      ("{net}/~/initial_conv{stem:suffix}/w", "res_net50/~/initial_conv_1/w"),
    ] {
      let template = try Template(template)
      let bindings = try #require(try template.match(Array(name.utf8), maps: maps))
      #expect(template.print(bindings, maps: maps) == name)
    }
  }

  @Test func `holes have types`() throws {
    #expect(try match("layer{s+1:int}", "layer1") == ["s": "0"])
    #expect(try match("layer{s+1:int}", "layer0") == nil)
    #expect(try match("block_{b:int}", "block_07") == nil)
    #expect(try match("block_{b:int}", "block_") == nil)
    #expect(try match("block_{b:int}", "block_99999999999999999999") == nil)
    #expect(try match("linear{n:suffix}", "linear_0") == nil)
    #expect(try match("linear{n:suffix}/b", "linear_12/b") == ["n": "12"])
    #expect(try match("bn.{leaf:leaf}", "bn.gamma") == nil)
    #expect(try match("bn.{leaf:leaf}", "bn.bias") == ["leaf": "offset"])
    #expect(try match("{a}/{b}", "x/y/z") == nil)
  }

  @Test func `a hole that occurs twice has one value`() throws {
    #expect(try match("{n:int}/{n:int}", "3/3") == ["n": "3"])
    #expect(try match("{n:int}/{n:int}", "3/4") == nil)
    #expect(try match("{branch}/w", "target/w", known: ["branch": "online"]) == nil)
  }

  @Test func `a word gives back what the rest of the template needs`() throws {
    #expect(try match("{net}_1/w", "res_net50_1/w") == ["net": "res_net50"])
  }

  @Test func `a broken template is refused`() {
    #expect(throws: (any Error).self) { try Template("block_{b") }
    #expect(throws: (any Error).self) { try Template("block_{}") }
    #expect(throws: (any Error).self) { try Template("block_{b+x:int}") }
  }

  @Test func `a value that does not fit is not printed`() throws {
    let template = try Template("bn.{leaf:leaf}")
    #expect(template.print(["leaf": "gamma"], maps: maps) == nil)
    #expect(template.print([:], maps: maps) == nil)
  }
}
