import FoundationEssentials
import Tensors

extension Inference {
  /// A dialect file that says what was found: `--from` reads it, and its user may mend it.
  ///
  /// Names with regular numbers become one rule for many tensors; the rest have a rule each.
  ///
  /// - Parameters:
  ///   - name: the dialect's name.
  ///   - padding: the rule that a forward pass has told, if one has.
  /// - Throws: `Failure` (`badInput`) where a name cannot be written as a template.
  public func dialectFile(named name: String, padding: Contract.Padding? = nil) throws -> [UInt8] {
    let rules = try InferredRules(assignments, besides: unknown)
    // Both conventions are in use; which one, no tensor tells (see `cannot_tell`).
    let isTensorFlow = kernelAxes == "HWIO"
    let said = padding ?? (isTensorFlow ? .same : .symmetric)
    var contract = ContractText(padding: said, poolPadding: said)
    contract.bn = Contract.BatchNorm(
      eps: 1e-5, keep: 0.9, runningVariance: isTensorFlow ? .biased : .unbiased)
    let file = DialectFile(
      dialect: name, version: "1.0", title: "found by byol-convert --infer",
      source: "tensors alone: \(summary)", checked: checkedText,
      fragments: ["torch"], rules: ["found": rules.rules],
      forms: [
        DialectFile.FormText(
          name: isSure ? "found" : "found, not for sure: \(openText)",
          mounts: [DialectFile.Mount(dialect: "", native: "", rules: "found")])
      ],
      contract: contract, cannotTell: cannotTell(isPaddingKnown: padding != nil))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(file)) + [0x0A]
  }

  private var checkedText: String {
    guard !isSure else { return "inferred; nothing open" }
    return "inferred; open: \(openText)"
  }

  /// The subjects of the open questions.
  public var openText: String { open.map { questions[$0].subject }.joined(separator: "; ") }

  private func cannotTell(isPaddingKnown: Bool) -> [String: String] {
    var fields = [
      "contract.bn.eps": "1e-5 is usual, Keras has 1e-3; the tensors do not tell",
      "contract.bn.running_variance": "biased in JAX and TensorFlow, unbiased in PyTorch",
      "contract.encoder.stride_at": "the stride's place in a block changes no shape",
      "contract.encoder.stem.pad": "a 3x3 first convolution is padded by 1, in solo-learn by 2",
      "contract.input.mean": "ImageNet's, as nearly always; the tensors do not tell",
      "contract.input.size": "224 pixels; the tensors do not tell",
    ]
    if !isPaddingKnown {
      let reason =
        "PyTorch pads symmetrically, TensorFlow and JAX SAME; taken from the order of the axes "
        + "(--set encoder.padding=..., or --expect REFERENCE to prove it)"
      fields["contract.encoder.padding"] = reason
      fields["contract.encoder.pool_padding"] = reason
    }
    return fields
  }
}
