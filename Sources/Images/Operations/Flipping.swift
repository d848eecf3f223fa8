extension FloatPicture {
  /// Exchanges left and right.
  mutating func flip() {
    unsafe values.withUnsafeMutableBufferPointer { all in
      for row in stride(from: 0, to: all.count, by: width) {
        unsafe all[row..<row + width].reverse()
      }
    }
  }

  /// 1 - x from the threshold on.
  mutating func solarize(threshold: Float = 0.5) {
    mapInPlace { $0 < threshold ? $0 : 1 - $0 }
  }
}
