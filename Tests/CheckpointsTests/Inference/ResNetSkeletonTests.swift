import Testing

@testable import Checkpoints

/// Stages are put together from convolutions in any order.
@Suite struct ResNetSkeletonTests {
  private func kernel(_ outputs: Int, _ inputs: Int, _ side: Int) -> KernelOrder.Kernel {
    KernelOrder.Kernel(outputs: outputs, inputs: inputs, side: side)
  }

  /// Torchvision's ResNet-18, without a shortcut in its first stage.
  private var eighteen: [KernelOrder.Kernel] {
    var kernels = [kernel(64, 3, 7)] + Array(repeating: kernel(64, 64, 3), count: 4)
    for (inputs, channels) in [(64, 128), (128, 256), (256, 512)] {
      kernels += [kernel(channels, inputs, 3), kernel(channels, inputs, 1)]
      kernels += Array(repeating: kernel(channels, channels, 3), count: 3)
    }
    return kernels
  }

  @Test func `ResNet-18 is found in any order`() throws {
    for kernels in [eighteen, eighteen.reversed()] {
      let found = ResNetSkeleton.all(of: kernels)
      #expect(found.count == 1)
      let skeleton = try #require(found.first)
      #expect(!skeleton.isBottleneck)
      #expect(skeleton.stages.map(\.blocks) == [2, 2, 2, 2])
      #expect(skeleton.stages.map(\.channels) == [64, 128, 256, 512])
      #expect(skeleton.stages.map(\.hasShortcut) == [false, true, true, true])
      #expect(skeleton.features == 512)
    }
  }

  @Test func `one convolution too many or too few is no ResNet`() {
    for index in eighteen.indices {
      var kernels = eighteen
      kernels.remove(at: index)
      // Without one block of two equal convolutions it would still be one; one convolution is half.
      #expect(ResNetSkeleton.all(of: kernels).isEmpty, "without \(eighteen[index])")
      #expect(ResNetSkeleton.all(of: eighteen + [eighteen[index]]).isEmpty)
    }
  }
}
