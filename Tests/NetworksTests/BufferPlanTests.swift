#if ONEDNN
  import Tensors
  import Testing

  @testable import Networks

  /// Where activations lie.
  @Suite struct BufferPlanTests {
    @Test(arguments: 1...20)
    func `what is needed at once does not overlap`(seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      let count = 40
      let sizes = (0..<count).map { _ in Int(generator.next() % 5000) }
      let lifetimes = (0..<count).map { _ in
        let first = Int(generator.next() % 30)
        return first...first + Int(generator.next() % 8)
      }
      let plan = BufferPlan(sizes: sizes, lifetimes: lifetimes)
      for first in 0..<count {
        #expect(plan.offsets[first] % BufferPlan.alignment == 0)
        #expect(plan.offsets[first] + sizes[first] <= plan.size)
        for second in 0..<first where lifetimes[first].overlaps(lifetimes[second]) {
          let (a, b) = (plan.offsets[first], plan.offsets[second])
          #expect(a + sizes[first] <= b || b + sizes[second] <= a)
        }
      }
    }

    @Test func `a chain takes the memory of its two largest neighbours`() {
      let sizes = [640, 320, 1280, 64, 128]
      let lifetimes = sizes.indices.map { $0...$0 + 1 }
      #expect(BufferPlan(sizes: sizes, lifetimes: lifetimes).size == 1280 + 320)
    }
  }
#endif
