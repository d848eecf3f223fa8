import Embedding
import Networks
import Tensors
import Testing

/// How far features lie apart.
@Suite struct FeatureAgreementTests {
  @Test func `distances and angles are those of the definitions`() throws {
    let a = Features(shape: [2, 2], values: [3, 4, 1, 0])
    let b = Features(shape: [2, 2], values: [3, 0, 0, 1])
    let agreement = try FeatureAgreement("logits", a, b)
    // |a-b|^2 = 16 + 2, |b|^2 = 9 + 1; cosines 0.6 and 0.
    #expect(abs((agreement.relativeL2 ?? 0) - 1.8.squareRoot()) < 1e-12)
    #expect(abs((agreement.worstL2 ?? 0) - 2.0.squareRoot()) < 1e-12)
    #expect(abs((agreement.cosine ?? 0) - 0.3) < 1e-12)
    #expect(agreement.top1Agreement == 0)
  }

  @Test func `the same features agree, and embeddings have no first class`() throws {
    let a = Features(shape: [1, 3], values: [1, 2, 3])
    let agreement = try FeatureAgreement("embedding", a, a)
    #expect(agreement.relativeL2 == 0)
    #expect(agreement.top1Agreement == nil)
    #expect(try FeatureAgreement("logits", a, a).top1Agreement == 1)
  }

  @Test func `what is no number agrees with nothing, and shapes must be the same`() throws {
    let a = Features(shape: [1, 2], values: [.nan, 2])
    let b = Features(shape: [1, 2], values: [1, 2])
    #expect(try FeatureAgreement("embedding", a, b).relativeL2 == nil)
    #expect(throws: Failure.self) {
      try FeatureAgreement("embedding", b, Features(shape: [1, 1], values: [1]))
    }
  }
}
