import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// Running statistics: the programs' rules, the types of files, and going on from them.
@Suite struct RunningStatisticsTests {
  let path = "online/encoder/stem/bn"

  /// The statistics of one batch norm of two channels.
  func statistics(
    _ entries: [Checkpoint.Entry], variance: Contract.RunningVariance,
    computedIn type: ElementType = .float64
  ) throws -> RunningStatistics {
    var contract = NetworkDesign().contract
    contract.batchNorm.runningVariance = variance
    return try RunningStatistics(
      .online, of: Checkpoint(entries: entries, contract: contract), computedIn: type)
  }

  func vector(_ path: String, _ values: [Double]) throws -> Checkpoint.Entry {
    .init(path, try Tensor(doubles: values, shape: [values.count]))
  }

  func count(_ path: String, _ value: Int32) throws -> Checkpoint.Entry {
    .init(path, try Tensor(numbers: [Double(value)], .int32, shape: []))
  }

  let moments = Moments(mean: [1, 2], variance: [4, 8], count: 5)

  @Test func `PyTorch's averages take the unbiased variance and count batches`() throws {
    var statistics = try statistics(
      [
        vector(path + "/mean", [10, 20]), vector(path + "/variance", [1, 2]),
        count("training/bn/\(path)/batches", 7),
      ], variance: .unbiased)
    try statistics.update(path, by: moments)
    #expect(
      statistics.values[path + "/mean"] == [0.9 * 10 + (1 - 0.9) * 1, 0.9 * 20 + (1 - 0.9) * 2])
    let expected = [0.9 * 1 + (1 - 0.9) * 5, 0.9 * 2 + (1 - 0.9) * 10]
    #expect(statistics.values[path + "/variance"] == expected)
    #expect(statistics.values["training/bn/\(path)/batches"] == [8])
  }

  @Test func `Haiku's averages are corrected for their beginning at 0`() throws {
    let training = "training/bn/\(path)"
    var statistics = try statistics(
      [
        vector(path + "/mean", [0, 0]), vector(path + "/variance", [0, 0]),
        vector(training + "/mean_hidden", [0, 0]), vector(training + "/variance_hidden", [0, 0]),
        count(training + "/mean_counter", 0), count(training + "/variance_counter", 0),
      ], variance: .biased)
    // After one update the average is the batch's own.
    try statistics.update(path, by: moments)
    let mean = try #require(statistics.values[path + "/mean"])
    #expect(Difference(of: "", mean, [1, 2]).value < 1e-15)
    try statistics.update(path, by: Moments(mean: [2, 4], variance: [4, 8], count: 5))
    let second = try #require(statistics.values[path + "/mean"])
    // (0.9 * 0.1 * 1 + 0.1 * 2) / (1 - 0.81)
    #expect(Difference(of: "", second, [0.29 / 0.19, 0.58 / 0.19]).value < 1e-14)
    #expect(Difference(of: "", statistics.values[path + "/variance"] ?? [], [4, 8]).value < 1e-14)
    #expect(statistics.values[training + "/mean_counter"] == [2])
    #expect(statistics.values[training + "/variance_counter"] == [2])
  }

  @Test func `numbers are kept as a file would keep them`() throws {
    let entry = Checkpoint.Entry(path + "/mean", try Tensor(floats: [0, 0], shape: [2]))
    var single = try statistics([entry], variance: .biased, computedIn: .float32)
    try single.update(path, by: moments)
    #expect(single.values[path + "/mean"] == [Double(Float(0.1)), Double(Float(0.2))])
    var double = try statistics([entry], variance: .biased, computedIn: .float64)
    try double.update(path, by: moments)
    #expect(double.values[path + "/mean"] != [Double(Float(0.1)), Double(Float(0.2))])
    #expect(try double.entries()[0].tensor.elementType == .float64)
    #expect(try single.entries()[0].tensor.elementType == .float32)
  }

  @Test func `a variance of one value cannot be unbiased`() throws {
    let one = Moments(mean: [1, 2], variance: [0, 0], count: 1)
    var unbiased = try statistics([vector(path + "/variance", [1, 1])], variance: .unbiased)
    #expect(throws: Failure.self) { try unbiased.update(path, by: one) }
    var biased = try statistics([vector(path + "/variance", [1, 1])], variance: .biased)
    try biased.update(path, by: one)
  }

  @Test func `a batch norm without statistics gets none`() throws {
    var statistics = try statistics([], variance: .unbiased)
    try statistics.update(path, by: moments)
    #expect(statistics.values.isEmpty)
    #expect(throws: Failure.self) { try statistics.moments(of: path, count: 2) }
  }

  @Test func `broken statistics are refused by name`() throws {
    let training = "training/bn/\(path)"
    for entries in [
      [try vector(training + "/mean_hidden", [0, 0])],
      [try count(training + "/batches", -1)],
      [Checkpoint.Entry(path + "/mean", try Tensor(doubles: [1, 2], shape: [1, 2]))],
      [try count(path + "/mean", 3)],
    ] {
      #expect {
        try statistics(entries, variance: .biased)
      } throws: {
        let failure = $0 as? Failure
        return failure?.kind == .badInput && failure?.place?.contains(path) == true
      }
    }
    let negative = try statistics(
      [vector(path + "/mean", [0, 0]), vector(path + "/variance", [1, -1])], variance: .biased)
    #expect(throws: Failure.self) { try negative.moments(of: path, count: 2) }
    #expect(throws: Failure.self) { try negative.moments(of: path, count: 3) }
  }
}
