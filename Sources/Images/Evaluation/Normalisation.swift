import Checkpoints
import Tensors

/// How numbers from 0 to 1 become what the first convolution sees.
public struct Normalisation: Codable, Hashable, Sendable {
  /// Of the network's first, second and third input channel: which of red, green and blue it is.
  public var channels: [Int]
  /// Multiplied with each of them.
  public var scale: [Float]
  /// Then added.
  public var offset: [Float]

  /// Normalisation as a network's contract says: (range * x - mean) / std, in its order of channels.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract names an unknown order, or has no number for
  ///   one of three channels.
  public init(_ input: Contract.Input) throws {
    guard let channels = ["RGB": [0, 1, 2], "BGR": [2, 1, 0]][input.channelOrder] else {
      throw Failure(place: "input.channel_order", expected: "RGB or BGR", found: input.channelOrder)
    }
    let mean = input.mean.isEmpty ? [0, 0, 0] : input.mean
    let std = input.std.isEmpty ? [1, 1, 1] : input.std
    guard mean.count == 3, std.count == 3, std.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw Failure(
        place: "input", expected: "a mean and a positive std for 3 channels",
        found: "\(input.mean) and \(input.std)")
    }
    self.channels = channels
    scale = std.map { Float(input.range / $0) }
    offset = zip(mean, std).map { Float(-$0 / $1) }
  }

  /// A picture as the network sees it: [3, height, width].
  public func values(of picture: FloatPicture) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: picture.values.count) { values, count in
      if let base = values.baseAddress { unsafe write(picture, to: base) }
      count = picture.values.count
    }
  }

  /// Writes a picture as the network sees it: [3, height, width].
  ///
  /// - Parameter target: room for `picture.values.count` numbers.
  public func write(_ picture: FloatPicture, to target: UnsafeMutablePointer<Float>) {
    let area = picture.width * picture.height
    unsafe picture.values.withUnsafeBufferPointer { values in
      for place in 0..<3 {
        let source = unsafe UnsafeBufferPointer(
          rebasing: values[channels[place] * area..<(channels[place] + 1) * area])
        let (scale, offset) = (scale[place], offset[place])
        for index in 0..<area {
          unsafe target[place * area + index] = unsafe source[index] * scale + offset
        }
      }
    }
  }
}
