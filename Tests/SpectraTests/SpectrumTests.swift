import Spectra
import Testing

/// Features with known numbers: sixty-fourths, which float32 has exactly.
enum Rows {
  static func matrix(_ count: Int, _ width: Int, plus shift: Double = 0) -> FeatureMatrix {
    let values = (0..<count * width).map { index -> Double in
      let number = (index * index * 31 + index * 17) % 101 - 50
      return Double(number) / 64 + shift
    }
    return FeatureMatrix(count: count, width: width, values: values)
  }
}

@Suite struct SpectrumTests {
  /// `numpy.linalg.svd` of the centred rows, NumPy 2.4.6.
  @Test(arguments: [
    (6, 4, [1.6838794618415769, 1.0838701979202565, 0.6011053685442826, 0.3883648352352911]),
    (5, 16, [2.5483664248514173, 2.3535879785319693, 1.2934610653772187, 1.0465029750808341]),
    (40, 24, [4.920561332035622, 4.870894440973937, 4.411656389058601, 4.093160914955975]),
  ])
  func singularValuesAreNumPys(count: Int, width: Int, expected: [Double]) throws {
    let spectrum = try #require(Spectrum(of: Rows.matrix(count, width)))
    #expect(spectrum.singularValues.count == min(count - 1, width))
    #expect(spectrum.singularValues == spectrum.singularValues.sorted(by: >))
    for (found, wanted) in zip(spectrum.singularValues, expected) {
      #expect((found - wanted).magnitude < 1e-12 * wanted)
    }
    #expect((spectrum.shares.reduce(0, +) - 1).magnitude < 1e-12)
  }

  /// A shift is no direction: it is taken off with the mean.
  @Test func theMeanDoesNotCount() throws {
    let (here, there) = (Rows.matrix(20, 8), Rows.matrix(20, 8, plus: 4))
    let (one, other) = (try #require(Spectrum(of: here)), try #require(Spectrum(of: there)))
    #expect((one.effectiveRank - other.effectiveRank).magnitude < 1e-9)
  }

  @Test func oneDirectionHasRankOneAndNoneHasRankZero() throws {
    let multiples = (0..<150).map { index -> Double in Double((index / 5) * (index % 5 + 1)) }
    let line = FeatureMatrix(count: 30, width: 5, values: multiples)
    #expect(try (#require(Spectrum(of: line)).effectiveRank - 1).magnitude < 1e-9)
    let point = FeatureMatrix(count: 30, width: 5, values: (0..<150).map { Double($0 % 5) })
    #expect(try #require(Spectrum(of: point)).effectiveRank == 0)
    let nothing = FeatureMatrix(count: 0, width: 5, values: [])
    #expect(try #require(Spectrum(of: nothing)).effectiveRank == 0)
  }

  @Test func whatIsNotFiniteHasNoSpectrum() {
    for bad in [Double.nan, .infinity] {
      let matrix = FeatureMatrix(count: 3, width: 2, values: [1, 2, bad, 3, 4, 5])
      #expect(Spectrum(of: matrix) == nil)
      #expect(PrincipalComponents(of: matrix) == nil)
    }
  }
}
