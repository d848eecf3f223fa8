import Checkpoints
import Tensors
import Testing

@testable import Health

@Suite struct TensorMeasuresTests {
  private static func measures(_ values: [Float], shape: [Int]) throws -> TensorMeasures {
    let tensor = try Tensor(floats: values, shape: shape)
    var pass = TensorPass("online/encoder/stem/conv/weight", tensor)
    let doubles = try tensor.doubles()
    doubles.withUnsafeBufferPointer { pass.add($0) }
    return pass.measures()
  }

  @Test func numbersAreThoseOfTheValues() throws {
    let found = try Self.measures([3, -4, 0, 0, .nan, 12, .infinity, 0, 0], shape: [3, 3])
    #expect((found.nan, found.infinite, found.zeros, found.zeroRows) == (1, 1, 4, 0))
    #expect((found.min, found.max, found.norm) == (-4, 12, 13))
    #expect((found.mean - 11.0 / 7).magnitude < 1e-12)
    #expect((found.rms - (169.0 / 7).squareRoot()).magnitude < 1e-12)
    let rows = try Self.measures([0, 0, 1, 0, 0, 0], shape: [3, 2])
    #expect(rows.zeroRows == 2 && !rows.isZero && !rows.isConstant)
    #expect(try Self.measures([0, 0], shape: [2, 1]).isZero)
    #expect(try Self.measures([5, 5], shape: [2]).isConstant)
  }

  /// Parts of one tensor give what the whole gives.
  @Test func partsAreTheWhole() throws {
    let values = (0..<600).map { index -> Float in
      let number = (index * index * 7 + 3 * index) % 211
      return Float(number) / 100 - 1
    }
    let whole = try Self.measures(values, shape: [60, 10])
    let tensor = try Tensor(floats: values, shape: [60, 10])
    var pass = TensorPass("online/encoder/stem/conv/weight", tensor)
    for start in stride(from: 0, to: 60, by: 16) {
      let part = try tensor.rows(start..<min(start + 16, 60)).doubles()
      part.withUnsafeBufferPointer { pass.add($0) }
    }
    #expect(pass.measures() == whole)
  }

  @Test func emptyAndHugeValuesHaveNumbers() throws {
    let nothing = try Self.measures([], shape: [0, 3])
    #expect((nothing.min, nothing.max, nothing.count) == (0, 0, 0) && !nothing.isConstant)
    let huge = try Tensor(doubles: [1e300, -1e300, 1e308], shape: [3])
    var pass = TensorPass("x", huge)
    try huge.doubles().withUnsafeBufferPointer { pass.add($0) }
    let found = pass.measures()
    #expect(found.norm.isFinite && found.rms.isFinite && found.mean.isFinite)
    #expect(found.histogram.counts.reduce(0, +) == 3)
  }

  /// A triangle: the histogram has its shape, whatever part of the range came first.
  @Test(arguments: [false, true])
  func theHistogramHasTheDistributionsShape(reversed: Bool) {
    // Values -1 to 1 with a density that falls from the middle.
    var values = (0..<100_000).map { index -> Double in
      let u = (Double(index) + 0.5) / 100_000
      return u < 0.5 ? (2 * u).squareRoot() - 1 : 1 - (2 - 2 * u).squareRoot()
    }
    if reversed { values.sort { abs($0) < abs($1) } }
    var histogram = GrowingHistogram()
    for start in stride(from: 0, to: values.count, by: 1000) {
      let part = Array(values[start..<start + 1000])
      part.withUnsafeBufferPointer { part in
        histogram.add(part, largest: part.map(\.magnitude).max() ?? 0)
      }
    }
    let found = histogram.rebinned(-1...1, bins: 40)
    #expect(found.counts.reduce(0, +) == 100_000)
    for (bin, count) in found.counts.enumerated() {
      let middle = abs(Double(bin) + 0.5 - 20) / 20
      #expect((Double(count) - 5000 * (1 - middle)).magnitude < 30, "bin \(bin)")
    }
  }

  @Test func whatLiesOutsideIsInTheLastBins() {
    var histogram = GrowingHistogram()
    let values: [Double] = [-8, 0, 0.25, 0.5, 100]
    values.withUnsafeBufferPointer { histogram.add($0, largest: 100) }
    let found = histogram.rebinned(-1...1, bins: 2)
    #expect(found.counts == [1, 4])
  }

  /// A tensor larger than a part is read in rows, with the same numbers and distances.
  @Test func aLargeTensorIsReadInParts() throws {
    let (rows, width) = (2100, 2100)
    let values = (0..<rows * width).map { index -> Float in Float(index % 97) / 97 - 0.3 }
    var moved = values
    moved[4_000_000] += 3
    let sample = try Network.healthy()
    let path = "encoder/stem/conv/weight"
    let checkpoint = Checkpoint(
      entries: [
        Checkpoint.Entry("online/" + path, try Tensor(floats: values, shape: [rows, width])),
        Checkpoint.Entry("target/" + path, try Tensor(floats: moved, shape: [rows, width])),
      ], contract: sample.contract)
    let pass = try WeightsPass(checkpoint)
    let distance = try #require(pass.distances[path])
    #expect((distance.distance - 3).magnitude < 1e-6 && !distance.isEqual)
    let measures = try #require(pass.tensors["online/" + path])
    #expect(measures.histogram.counts.reduce(0, +) == rows * width)
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    #expect((measures.mean - mean).magnitude < 1e-9)
  }
}
