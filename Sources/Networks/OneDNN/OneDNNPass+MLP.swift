#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  extension OneDNNPass {
    /// A multi-layer perceptron: linear0, bn0, ReLU, linear1 and so on; no ReLU follows the last
    /// linear layer, a batch norm does where the checkpoint has one.
    ///
    /// - Parameters:
    ///   - sizes: the contract's, from input to output; empty where it says nothing.
    ///   - biases: whether each linear layer has one; empty where the contract says nothing.
    /// - Throws: `Failure` (`badInput`) where tensors and contract differ.
    func perceive(_ input: OneDNNArray, _ network: String, sizes: [Int], biases: [Bool]) throws
      -> OneDNNArray
    {
      var count = 1
      if sizes.isEmpty {
        while has("weight", of: head("\(network)/linear\(count)")) { count += 1 }
      } else {
        count = sizes.count - 1
      }
      let beyond = head("\(network)/linear\(count)")
      guard !has("weight", of: beyond) else {
        throw Failure(
          place: beyond.path, expected: "\(count) linear layers, as the contract has",
          found: "one more")
      }
      var array = input
      for layer in 0..<count {
        let name = head("\(network)/linear\(layer)")
        let norm = head("\(network)/bn\(layer)")
        try checkBias(of: name, biases.indices.contains(layer) ? biases[layer] : nil)
        let unit = Unit(
          layer: name, norm: hasNorm(norm) ? norm : nil, rectifies: layer < count - 1)
        array = try linear(array, unit, outputs: sizes.isEmpty ? nil : sizes[layer + 1])
      }
      return array
    }

    /// A linear layer and what follows it; weights are [out, in].
    ///
    /// - Throws: `Failure` (`badInput`) where weights and input do not fit each other.
    func linear(_ input: OneDNNArray, _ unit: Unit, outputs: Int? = nil) throws -> OneDNNArray {
      let path = unit.layer.path
      let tensor = try model.checkpoint.tensor("\(path)/weight")
      let shape = tensor.shape
      guard shape.count == 2, shape[0] > 0, shape[1] == input.channels,
        outputs.map({ shape[0] == $0 }) ?? true
      else {
        throw Failure(
          place: "\(path)/weight",
          expected: "the shape [\(outputs.map(String.init) ?? "out"), \(input.channels)]",
          found: "\(shape)")
      }
      let source = try input.vectorLayout()
      let destination = try OneDNNArray.layout([input.batch, shape[0]].map(Int64.init), dnnl_nc)
      let (from, to) = unsafe (source.pointer, destination.pointer)
      return try unsafe run(
        unit, on: input, output: (1, 1, shape[0]), lengths: shape,
        weights: {
          Weights(
            values: try tensor.floats(), bias: try bias(path, channels: shape[0]))
        },
        describe: { result, engine, weights, bias, attributes in
          unsafe onednn_inner_product(result, engine, from, weights, bias, to, attributes)
        })
    }

    /// Refuses a bias that the contract denies, and the want of one that it promises.
    private func checkBias(of name: Name, _ promised: Bool?) throws {
      guard let promised, promised != has("bias", of: name) else { return }
      throw Failure(
        place: "\(name.path)/bias", expected: promised ? "a bias by the contract" : "no bias",
        found: promised ? "none" : "one")
    }
  }
#endif
