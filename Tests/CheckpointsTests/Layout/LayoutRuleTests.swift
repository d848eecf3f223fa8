import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives
@testable import Checkpoints

@Suite struct LayoutRuleTests {
  @Test func `the document lists the rules behind those of the profile`() throws {
    let url = URL(filePath: Shared.inPackage("docs/format.md"))
    let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
      .filter { $0.firstMatch(of: /^\| [A-Z][0-9]+ \|/) != nil }.map(String.init)
    #expect(
      Array(rows.dropFirst(ProfileRule.allCases.count))
        == LayoutRule.allCases.map { "| \($0.rawValue) | \($0.sentence) |" })
  }

  @Test func `no two rules have one number`() {
    let numbers = ProfileRule.allCases.map(\.rawValue) + LayoutRule.allCases.map(\.rawValue)
    #expect(Set(numbers).count == numbers.count)
  }

  @Test(
    arguments: [
      ("online/encoder/stem/conv/weight", 4), ("target/encoder/stage3/block10/bn2/mean", 1),
      ("online/heads/class.ifier/bias", 1), ("online/projector/linear0/weight", 2),
      ("optimizer/momentum/online/predictor/linear1/weight", nil),
      ("training/bn/online/encoder/stage0/block0/bn1/mean_hidden", 1),
      ("training/bn/online/projector/bn0/batches", 0), ("training/random", nil),
      ("extras/00/123", nil), ("online/encoder/other/a/b/c", nil),
      ("online/encoder/features/conv0/weight", 4),
    ] as [(String, Int?)])
  func `names of the layout are found, with their axes`(_ path: String, _ axes: Int?) throws {
    let rule = try #require(try LayoutNames().rule(of: path))
    #expect(rule.axes == axes)
  }

  @Test(arguments: [
    "online/encoder/stem/conv/weights", "online/encoder/stage01/block0/conv0/weight",
    "middle/encoder/stem/conv/weight", "online/encoder/stem/conv", "online", "",
    "optimizer/momentum/online/encoder/stem/bn/mean", "extras/0/00",
    "training/bn/online/encoder/stem/conv/mean_hidden", "online/heads//weight",
    "online/encoder/stage0/block0/conv/weight", "/online/encoder/stem/conv/weight",
  ])
  func `other names are not`(_ path: String) throws {
    #expect(try LayoutNames().rule(of: path) == nil)
  }

  @Test func `the sample of the released version keeps the profile, and is no network`() throws {
    let check = try LayoutCheck(Shared.inPackage("samples/layout-1.0.h5"))
    #expect(!check.valid)
    #expect(Set(check.findings.map(\.rule)) == ["R1", "P1", "J1", "J2", "J3", "C1"])
    #expect(check.ruleCount == ProfileRule.allCases.count + LayoutRule.allCases.count)
  }

  @Test func `what is no HDF5 is bad input`() throws {
    let path = Shared.inPackage("samples/tiny_haiku_byol.npz")
    let failure = #expect(throws: Failure.self) { try LayoutCheck(path) }
    #expect(failure?.kind == .badInput)
  }
}
