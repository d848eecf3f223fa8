import Checkpoints
import Pages
import Tensors

/// The filters of the first convolution as pictures.
struct FiltersSection {
  /// The most filters that are shown: four times as wide a network as the paper's largest has them.
  static let most = 256

  let section: Section?

  /// - Throws: `Failure` where the weights cannot be read.
  init(_ checkpoint: Checkpoint) throws {
    let branch: Branch = checkpoint.roles.contains(.onlineEncoder) ? .online : .target
    guard let tensor = checkpoint["\(branch.rawValue)/encoder/stem/conv/weight"],
      tensor.shape.count == 4, tensor.shape.allSatisfy({ (1...4096).contains($0) }),
      tensor.shape[2] <= 64, tensor.shape[3] <= 64
    else {
      section = nil
      return
    }
    let shown = min(tensor.shape[0], Self.most)
    let values = try tensor.rows(0..<shown).floats()
    let isColoured = tensor.shape[1] == 3
    let isBGR = checkpoint.contract.input.channelOrder == "BGR"
    let size = tensor.shape.dropFirst().reduce(1, *)
    let pictures = (0..<shown).map { index in
      let image = Self.image(
        values[index * size..<(index + 1) * size], Array(tensor.shape.dropFirst()),
        order: isColoured ? (isBGR ? [2, 1, 0] : [0, 1, 2]) : [0, 0, 0])
      return "<img src=\"\(image.address)\" width=\"\(image.width)\" height=\"\(image.height)\" "
        + "alt=\"filter \(index)\"/>"
    }
    let rest = tensor.shape[0] > shown ? ", the first \(shown) of \(tensor.shape[0])" : ""
    section = Section(
      "filters", "First-layer filters",
      lead: "\(branch.rawValue) encoder, \(tensor.shape[2]) x \(tensor.shape[3])\(rest). "
        + "Each is scaled to its largest weight; grey is 0"
        + (isColoured ? "." : ", and only the first channel is shown."),
      "<div class=\"filters\">\n\(pictures.joined(separator: "\n"))\n</div>")
  }

  /// A filter, [C, height, width], with its channels in the order red, green, blue.
  private static func image(_ values: ArraySlice<Float>, _ shape: [Int], order: [Int]) -> PNGImage {
    let (height, width) = (shape[1], shape[2])
    var image = PNGImage(width: width, height: height)
    let largest = values.reduce(0) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    func level(_ channel: Int, _ y: Int, _ x: Int) -> UInt8 {
      let value = values[values.startIndex + (channel * height + y) * width + x]
      guard largest > 0, value.isFinite else { return 128 }
      return UInt8(max(0, min(255, 127.5 + 127.5 * value / largest)))
    }
    for y in 0..<height {
      for x in 0..<width {
        image.set(x, y, level(order[0], y, x), level(order[1], y, x), level(order[2], y, x))
      }
    }
    return image
  }
}
