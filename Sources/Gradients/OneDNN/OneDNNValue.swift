#if ONEDNN
  import COneDNN
  import Tensors

  /// An activation or the gradient of one, [N, C, H, W] or [N, C]; it never changes.
  ///
  /// In memory sixteen channels of a pixel lie beside each other (`nChw16c`), and what is missing of
  /// the last sixteen is 0. Batch norm, its gradient and sums of gradients are only noted: what reads
  /// them computes them a few pictures at a time, so that they pass through the cache instead of
  /// through memory, and nobody stores them.
  public final class OneDNNValue {
    /// [N, C, H, W] or [N, C].
    let shape: [Int]
    /// How it is stored, or would be.
    let type: OneDNNElementType
    /// What is stored of it.
    let content: Content
    /// Sums over its channels, where they were gathered when it was computed.
    var sums: OneDNNSums?
    /// Of a gradient: sums over the channels that a batch norm needs on the way back.
    var reductions: [ObjectIdentifier: OneDNNSums] = [:]

    /// What a value is made of.
    enum Content {
      /// Pictures as they were given: row-major float32, for a first convolution.
      case pictures(OneDNNBuffer)
      /// The numbers.
      case stored(OneDNNBuffer)
      /// Behind a batch norm.
      case normalised(OneDNNValue, OneDNNNormalisation)
      /// The gradient in front of a batch norm, of the one behind it.
      case unnormalised(OneDNNValue, OneDNNNormalisation, OneDNNNormGradient)
      /// Of two gradients.
      case sum(OneDNNValue, OneDNNValue)
    }

    init(_ shape: [Int], _ type: OneDNNElementType, _ content: Content) {
      self.shape = shape
      self.type = type
      self.content = content
    }

    /// Pictures or vectors.
    var batch: Int { shape[0] }
    /// Channels.
    var channels: Int { shape[1] }
    /// Height and width, 1 each for a vector.
    var area: [Int] { shape.count == 4 ? [shape[2], shape[3]] : [1, 1] }
    /// Pixels of a picture.
    var pixels: Int { area[0] * area[1] }
    /// Groups of sixteen channels.
    var blocks: Int { (channels + 15) / 16 }
    /// Channels as they are stored: with those that are 0.
    var storedChannels: Int { blocks * 16 }
    /// The bytes of a picture, stored.
    var pictureBytes: Int { storedChannels * pixels * type.bytes }
  }
#endif
