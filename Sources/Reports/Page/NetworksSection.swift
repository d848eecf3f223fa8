import Checkpoints
import Health
import Pages
import Tensors

/// The networks: architecture and contract in words, and what each role has.
struct NetworksSection {
  private let page: ReportPage

  init(_ page: ReportPage) { self.page = page }

  var section: Section {
    let view = page.inspection
    let words = ContractWords(page.loaded.checkpoint.contract).sentences
    let rows = view.roles.map { role in
      [
        role.role.rawValue, Numbers.grouped(role.tensors),
        role.parameters == 0 ? "" : Numbers.grouped(role.parameters), Numbers.bytes(role.bytes),
        role.fingerprint.map { String($0.prefix(12)) } ?? "",
      ]
    }
    let contract = Markup.table(
      ["field", "value", "origin"],
      view.contract.map { [$0.path, $0.value.text, $0.origin.rawValue] })
    return Section(
      "networks", "Networks",
      Markup.facts(words)
        + "\n<h3>Roles</h3>\n"
        + Markup.table(
          ["role", "tensors", "parameters", "size", "fingerprint"], rows, numbers: [1, 2, 3])
        + Markup.details("The contract, field by field", contract))
  }
}

/// A contract in sentences.
struct ContractWords {
  private let contract: Contract

  init(_ contract: Contract) { self.contract = contract }

  /// What it is about, and what it says.
  var sentences: [(String, String)] {
    guard contract.encoder.family == "resnet" else {
      return [("Encoder", contract.summary), ("Picture", picture)]
    }
    var result = [
      ("Encoder", encoder), ("Stem", stem), ("Padding", padding), ("Batch norm", batchNorm),
    ]
    if let sem = contract.sem {
      result.append(
        (
          "Simplicial embedding",
          "\(sem.groups) groups of \(sem.size), softmax at temperature \(readable(sem.temperature))"
        ))
    }
    if contract.mlp.projector.count > 1 {
      result.append(("Projector", chain(contract.mlp.projector, contract.mlp.projectorBiases)))
    }
    if contract.mlp.predictor.count > 1 {
      result.append(("Predictor", chain(contract.mlp.predictor, contract.mlp.predictorBiases)))
    }
    return result + [("Picture", picture)]
  }

  private var encoder: String {
    let encoder = contract.encoder
    let kind = encoder.block == .basic ? "basic (3x3, 3x3)" : "bottleneck (1x1, 3x3, 1x1)"
    let blocks = encoder.blocks.map(String.init).joined(separator: ", ")
    let channels = encoder.channels.map(String.init).joined(separator: ", ")
    let order =
      encoder.version == 2 ? "normalisation before each convolution" : "normalisation after"
    return
      "\(contract.name): stages of \(blocks) \(kind) blocks with \(channels) channels, \(order); "
      + "an embedding has \(encoder.channels.last.map(String.init) ?? "no") numbers"
  }

  private var stem: String {
    let stem = contract.encoder.stem
    return "\(stem.kernel)x\(stem.kernel) convolution of stride \(stem.stride)"
      + (stem.pool ? ", then 3x3 max-pooling of stride 2" : ", no pooling")
  }

  private var padding: String {
    let encoder = contract.encoder
    let where_ = "the stride of a block is in convolution \(encoder.strideAt)"
    return encoder.padding == .same
      ? "SAME, as TensorFlow and Haiku have it: the odd pixel is after the picture; \(where_)"
      : "symmetric, as PyTorch has it; \(where_)"
  }

  private var batchNorm: String {
    let norm = contract.batchNorm
    return
      "epsilon \(readable(norm.eps)); running statistics keep \(readable(norm.keep)) of themselves, "
      + "with the \(norm.runningVariance.rawValue) variance of a batch"
  }

  private func chain(_ sizes: [Int], _ biases: [Bool]) -> String {
    let with = biases.enumerated().filter(\.element).map { "linear \($0.offset)" }
    return sizes.map(String.init).joined(separator: " - ")
      + (with.isEmpty ? ", without biases" : ", biases in \(with.joined(separator: ", "))")
  }

  private var picture: String {
    let input = contract.input
    let cut =
      input.crop == "center-first" ? "the centre cut out, then resized" : "resized, then cut"
    let mean = input.mean.map { readable($0) }.joined(separator: ", ")
    let std = input.std.map { readable($0) }.joined(separator: ", ")
    let normalised =
      input.mean.isEmpty && input.std.isEmpty
      ? "not normalised" : "less (\(mean)), divided by (\(std))"
    return "\(input.size) x \(input.size) pixels, \(input.channelOrder) from 0 to "
      + "\(readable(input.range)), \(cut) (\(input.filter)\(input.antialias ? ", antialiased" : "")); "
      + normalised
  }
}
