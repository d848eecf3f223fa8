import Images
import Networks
import Tensors

/// Pictures that any program can make again, for networks whose owner shows them none.
///
/// Noise of coarse and fine patches of colour, whose amplitude falls with its frequency as that of
/// natural pictures does (Field 1987, "Relations between the statistics of natural images and the
/// response properties of cortical cells"). White noise, which the probe of a native file is, looks the
/// same to every network: its features would tell nothing of collapse.
struct ProbePictures {
  /// How many: enough for a rank of a hundred.
  static let count = 128
  private static let seed: UInt64 = 20_200_613
  /// Cells of a side, from coarse to fine.
  private static let octaves = [1, 2, 4, 8, 16]

  /// The pictures, height and width `size`, as a network sees them.
  static func all(size: Int, normalisation: Normalisation) -> [[Float]] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      normalisation.values(of: picture(size: size, &generator))
    }
  }

  private static func picture(size: Int, _ generator: inout SplitMix64) -> FloatPicture {
    var values = [Float](repeating: 0.5, count: 3 * size * size)
    for cells in octaves where cells <= size {
      let side = cells + 1
      let amplitude = Float(0.5 / Double(cells).squareRoot())
      for channel in 0..<3 {
        let grid = (0..<side * side).map { _ in
          Float(generator.nextUnit()) * amplitude
        }
        for y in 0..<size {
          let (row, down) = place(y, size, cells)
          for x in 0..<size {
            let (column, right) = place(x, size, cells)
            let corner = row * side + column
            let above = grid[corner] + right * (grid[corner + 1] - grid[corner])
            let below =
              grid[corner + side] + right * (grid[corner + side + 1] - grid[corner + side])
            values[(channel * size + y) * size + x] += above + down * (below - above)
          }
        }
      }
    }
    return FloatPicture(width: size, height: size, values: values.map { min(max($0, 0), 1) })
  }

  /// The cell of a pixel, and how far into it the pixel is.
  private static func place(_ pixel: Int, _ size: Int, _ cells: Int) -> (Int, Float) {
    let position = (Float(pixel) + 0.5) / Float(size) * Float(cells)
    let cell = min(Int(position), cells - 1)
    return (cell, position - Float(cell))
  }
}
