import Checkpoints
import Tensors

/// What happened to pictures before the first convolution, as far as programs differ in it.
struct Preparation: Hashable, Sendable {
  /// How pixels became numbers around zero.
  enum Normalisation: Hashable, Sendable {
    /// As the contract says.
    case stated
    /// Pixels in 0 to 1, nothing subtracted.
    case never
    /// Once more than the contract says: also of an input that was said to be normalised, and was
    /// not.
    case again
    /// Pixels in 0 to 255, nothing subtracted.
    case bytes
    /// Pixels in 0 to 255, with the constants of pixels in 0 to 1.
    case bytesNormalised
    /// The input holds pixels in 0 to 255, which the program normalised itself.
    case fromBytes
    /// Pixels in -1 to 1.
    case signed
  }

  /// Where the first channel is blue.
  enum Order: Hashable, Sendable {
    /// As the contract says.
    case stated
    /// The network sees the channels in reverse.
    case reversed
    /// The channels were reversed before each got its constants.
    case reversedBefore
  }

  var normalisation = Normalisation.stated
  var order = Order.stated

  /// Constants of ImageNet, for contracts that state none.
  private static let imageNet = (mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])

  /// (range x pictures - mean) / std, for pictures in 0 to 1, [N, C, H, W].
  ///
  /// - Throws: `Failure` (`badInput`) where there are not as many constants as channels.
  static func normalised(
    _ pictures: Activation, _ contract: Contract.Input
  ) throws -> Activation {
    let channels = pictures.shape[1]
    for (field, numbers) in [("mean", contract.mean), ("std", contract.std)] {
      guard numbers.isEmpty || numbers.count == channels else {
        throw Failure(
          place: "contract, input.\(field)", expected: "\(channels) numbers or none",
          found: "\(numbers.count)")
      }
    }
    var result = pictures
    if contract.channelOrder == "BGR" { result.reverseChannels() }
    result.mapChannels { channel, value in
      let mean = contract.mean.isEmpty ? 0 : contract.mean[channel]
      let std = contract.std.isEmpty ? 1 : contract.std[channel]
      return (value * contract.range - mean) / std
    }
    return result
  }

  /// What the first convolution sees where `seen` is what it should see; nil where the contract has
  /// no constants that fit, or nothing would change.
  func applied(to seen: Activation, _ contract: Contract.Input) -> Activation? {
    guard seen.shape[1] == 3, contract.range > 0,
      contract.mean.count == contract.std.count, [0, 3].contains(contract.mean.count)
    else { return nil }
    let isBare = contract.mean.isEmpty
    let mean = isBare ? Self.imageNet.mean : contract.mean.map { $0 / contract.range }
    let std = isBare ? Self.imageNet.std : contract.std.map { $0 / contract.range }
    var result = seen
    if normalisation != .stated || order == .reversedBefore {
      // Back to pixels in 0 to 1.
      result.mapChannels { isBare ? $1 / contract.range : $1 * std[$0] + mean[$0] }
      if order == .reversedBefore { result.reverseChannels() }
      let state: (Int, Double) -> Double = {
        isBare ? $1 * contract.range : ($1 - mean[$0]) / std[$0]
      }
      result.mapChannels { channel, pixel in
        switch normalisation {
        case .stated: state(channel, pixel)
        case .never: pixel
        case .again: (state(channel, pixel) / contract.range - mean[channel]) / std[channel]
        case .bytes: pixel * 255
        case .bytesNormalised: (pixel * 255 - mean[channel]) / std[channel]
        case .fromBytes: (state(channel, pixel) / 255 - mean[channel]) / std[channel]
        case .signed: pixel * 2 - 1
        }
      }
    }
    if order == .reversed { result.reverseChannels() }
    let change = Agreement(name: "", of: result, with: seen).error
    return change > 1e-9 ? result : nil
  }
}

extension Activation {
  /// Replaces each value by a function of its channel and itself.
  mutating func mapChannels(_ change: (Int, Double) -> Double) {
    let plane = shape.dropFirst(2).reduce(1, *)
    for row in 0..<shape[0] * shape[1] {
      for index in row * plane..<(row + 1) * plane {
        values[index] = change(row % shape[1], values[index])
      }
    }
  }

  /// The last channel becomes the first.
  mutating func reverseChannels() {
    let plane = shape.dropFirst(2).reduce(1, *)
    let (batch, channels) = (shape[0], shape[1])
    let old = values
    for image in 0..<batch {
      for channel in 0..<channels {
        let from = (image * channels + channels - 1 - channel) * plane
        let into = (image * channels + channel) * plane
        values.replaceSubrange(into..<into + plane, with: old[from..<from + plane])
      }
    }
  }

  /// The first `count` entries of the batch.
  func first(_ count: Int) -> Activation {
    guard count < shape[0] else { return self }
    let each = values.count / shape[0]
    return Activation(
      shape: [count] + shape.dropFirst(), values: Array(values.prefix(count * each)))
  }

  /// About `count` of the values, spread evenly, as a row; the distance between them is odd, so that
  /// every column of a picture has its turn.
  func sampled(_ count: Int) -> Activation {
    let distance = max(1, values.count / max(count, 1)) | 1
    let some = stride(from: 0, to: values.count, by: distance).map { values[$0] }
    return Activation(shape: [1, some.count], values: some)
  }
}
