import Testing

@testable import Training

/// Schedules against what the programs' own schedulers give, 3 of 10 steps warm-up, peak 0.5.
@Suite struct LearningRateTests {
  private func rates(
    _ kind: LearningRate.Kind, warmup: Int = 3, total: Int = 10, stepsPerEpoch: Int = 1,
    start: Double = 0, end: Double = 0, steps: Int
  ) -> [Double] {
    var rate = LearningRate(kind: kind, peak: 0.5, warmup: warmup, total: total)
    rate.stepsPerEpoch = stepsPerEpoch
    rate.start = start
    rate.end = end
    return (0..<steps).map { rate.at($0) }
  }

  private func expect(_ mine: [Double], _ theirs: [Double]) {
    #expect(mine.count == theirs.count)
    for (step, (left, right)) in zip(mine, theirs).enumerated() {
      #expect(abs(left - right) < 1e-14, "step \(step): \(left), not \(right)")
    }
  }

  @Test func `DeepMind's begins at 0 and ends at 0`() {
    expect(
      rates(.warmupCosine, steps: 12),
      [
        0, 1.0 / 6, 1.0 / 3, 0.5, 0.47524221697560476, 0.4058724504646834, 0.30563023348907866,
        0.1943697665109213, 0.09412754953531667, 0.024757783024395244, 0, 0,
      ])
  }

  @Test func `lightly's CosineWarmupScheduler`() {
    expect(
      rates(.fromNext, steps: 12),
      [
        0.166666666666667, 0.333333333333333, 0.5, 0.5, 0.466539844595164, 0.375125, 0.25025,
        0.125375, 0.0339601554048364, 0.0005, 0.0005, 0.0005,
      ])
  }

  @Test func `LinearWarmupCosineAnnealingLR by steps`() {
    expect(
      rates(.byStep, start: 0.003, end: 0.01, steps: 11),
      [
        0.003, 0.2515, 0.5, 0.5, 0.475737372636093, 0.40775500145539, 0.309517628819297,
        0.200482371180703, 0.10224499854461, 0.0342626273639073, 0.01,
      ])
  }

  @Test func `LinearWarmupCosineAnnealingLR by epochs of two steps`() {
    expect(
      rates(.byEpoch, warmup: 4, stepsPerEpoch: 2, start: 0.003, end: 0.01, steps: 12),
      [0.003, 0.003, 0.5, 0.5, 0.5, 0.5, 0.3775, 0.3775, 0.1325, 0.1325, 0.01, 0.01])
  }

  /// The recorded learning rates of mmengine's LinearLR (begin 0, end 10, from 1e-4) and CosineAnnealingLR
  /// (T_max 2 epochs after it): 4.8 (1e-4 + 0.9999 step/9), and half a cosine by epochs.
  @Test func `OpenMMLab 1.x warms up by steps and falls by epochs`() {
    var rate = LearningRate(kind: .epochsAfterWarmup, peak: 4.8, warmup: 10, total: 20)
    rate.stepsPerEpoch = 5
    #expect(abs(rate.at(3) - 1.60032) < 1e-12)
    #expect(rate.at(9) == 4.8)
    #expect((10..<15).allSatisfy { rate.at($0) == 4.8 })
    #expect((15..<20).allSatisfy { abs(rate.at($0) - 2.4) < 1e-12 })
  }

  @Test func `OpenMMLab 0.x falls under its warm-up`() {
    var rate = LearningRate(kind: .epochsUnderWarmup, peak: 1, warmup: 4, total: 8)
    rate.stepsPerEpoch = 2
    #expect(abs(rate.at(0) - 1e-4) < 1e-15)
    let regular = (1 + 0.5.squareRoot()) / 2
    #expect(abs(rate.at(2) - regular * (1 - 0.5 * (1 - 1e-4))) < 1e-14)
    #expect(abs(rate.at(6) - (1 - 0.5.squareRoot()) / 2) < 1e-14)
  }

  @Test func `yaox12's cosine is not over at the end`() {
    let mine = rates(.overTotal, steps: 10)
    #expect(mine[0] == 0.0005)
    #expect(mine[3] == 0.5)
    // Seven of ten steps of half a cosine.
    #expect(abs(mine[9] - 0.1730730056548569) < 1e-14)
  }

  @Test func `a group with its own peak has its own rate`() {
    let rate = LearningRate(kind: .warmupCosine, peak: 4, warmup: 2, total: 10)
    #expect(rate.at(1, peak: 0.2) == 0.1)
    #expect(LearningRate(kind: .constant, peak: 3).at(1_000_000) == 3)
  }
}
