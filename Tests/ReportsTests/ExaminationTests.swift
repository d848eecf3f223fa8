import Checkpoints
import Foundation
import FoundationXML
import Health
import Tensors
import TestSupport
import Testing

@testable import Reports

@Suite struct ExaminationTests {
  private static func sample() throws -> Loaded {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz"))
  }

  /// The sample with other values in the tensors of that name.
  private static func changed(_ name: String, to value: Float) throws -> Loaded {
    var loaded = try sample()
    let old = loaded.checkpoint
    let entries = try old.entries.map { entry in
      guard entry.path.hasSuffix(name) else { return entry }
      let values = [Float](repeating: value, count: entry.tensor.count)
      return Checkpoint.Entry(entry.path, try Tensor(floats: values, shape: entry.tensor.shape))
    }
    loaded.checkpoint = Checkpoint(
      entries: entries, contract: old.contract, recipe: old.recipe, provenance: old.provenance)
    return loaded
  }

  @Test func theSampleIsHealthyOnTheProbe() throws {
    let report = try Examination(Self.sample()).report
    #expect(report.findings.filter { $0.severity != .note } == [], "\(report.findings)")
    let features = try #require(report.features)
    #expect(features.source == "probe" && features.pictures == 128)
    #expect(features.outputs.map(\.output) == ["embedding", "projection", "prediction"])
    #expect(features.outputs.map(\.width) == [64, 16, 16])
    #expect(features.singularValues.count <= 64 && features.projection?.points.count == 128)
    #expect(features.outputs[0].effectiveRank > 10)
    #expect(features.deadUnits.map(\.stage).first == "stage0/block1")
    #expect(report.target?.lagMissing?.contains("2,000 updates") == true)
    #expect(
      report.tensors.contains { $0.path == "optimizer/momentum/online/encoder/stem/conv/weight" })
  }

  /// A first layer that gives nothing: every picture has the same features.
  @Test func aCollapsedNetworkIsFound() throws {
    var loaded = try Self.changed("online/encoder/stem/bn/scale", to: 0)
    let collapsed = try Examination(loaded).report
    #expect(collapsed.findings.contains { $0.code == .collapse && $0.place == "online/embedding" })
    #expect(try #require(collapsed.features).projection == nil)
    loaded = try Self.changed("online/encoder/stem/bn/scale", to: 0.05)
    #expect(try !Examination(loaded).report.findings.contains { $0.code == .collapse })
  }

  @Test func weightsThatAreNoNumbersAreFound() throws {
    let report = try Examination(Self.changed("online/encoder/stem/conv/weight", to: .nan)).report
    #expect(report.findings.contains { $0.code == .notFinite })
    #expect(report.findings.contains { $0.code == .featuresNotFinite })
    // No infinity or NaN where JSON has no words for it.
    #expect(throws: Never.self) { try JSONEncoder().encode(report) }
  }

  #if IMAGE_FILES
    @Test func picturesHaveTheirFoldersAsClasses() throws {
      var options = Examination.Options()
      options.images = [Shared.inPackage("samples/images")]
      let features = try #require(try Examination(Self.sample(), options: options).report.features)
      let projection = try #require(features.projection)
      #expect(projection.classes == ["circle", "cross", "square", "triangle"])
      #expect(projection.labels?.count == features.pictures && features.leftOut == 0)
      #expect(features.size == 224)
    }
  #endif

  @Test func aFolderThatIsNotThereIsAFailure() throws {
    var options = Examination.Options()
    options.images = ["/nonexistent/photos"]
    #expect(throws: Failure.self) { try Examination(Self.sample(), options: options) }
  }

  /// Encoders that no engine runs have weights all the same.
  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func parametersAloneAreExaminedWithoutFeatures() throws {
    let loaded = try Loaded(Shared.path("fixtures/deepmind/tiny_haiku_online_params.npz"))
    let report = try Examination(loaded).report
    #expect(report.features == nil && report.target == nil)
    #expect(report.featuresMissing?.contains("online/encoder/stem/bn/mean") == true)
    #expect(try ReportPage(loaded, report).text().contains("Not looked at"))
  }
}
