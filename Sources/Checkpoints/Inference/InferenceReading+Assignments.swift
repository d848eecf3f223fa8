extension InferenceReading {
  /// Every name that was understood with its native one, under the answers given.
  func assignments(_ questions: [Inference.Question]) -> [Inference.Assignment] {
    var writer = Writer(structure: structure, questions: questions, numbers: numbers)
    let chosen = { (matter: Matter) in numbers[matter].map { questions[$0].chosen } ?? 0 }
    let online = onlineNetwork(questions)
    func branch(_ network: Int) -> String { network == online ? "online" : "target" }
    let mine = labels.indices.contains(chosen(.labels)) ? labels[chosen(.labels)] : []
    for (network, copy) in zip(structure.networks, copies) {
      switch copy {
      case .weights(let number):
        writer.add(
          network, at: branch(number) + "/", mine, [.online, .labels, .blocks], online: "online/",
          alone: isLonelyPredictor ? branch(number) : nil)
      case .slot(let name):
        writer.add(
          network, at: "optimizer/\(name)/online/", mine, [.labels, .blocks], online: nil,
          alone: nil)
      case .unknown: break
      }
    }
    for (part, owner) in zip(structure.loose, owners) {
      switch owner {
      case .network(let number):
        writer.add(
          part, at: branch(number) + "/", mine, [.online, .labels], online: "online/",
          alone: branch(number))
      case .online: writer.add(part, at: "online/", mine, [.labels], online: nil, alone: nil)
      case .nobody: break
      }
    }
    if stateLabels.indices.contains(chosen(.stateLabels)),
      stateOwners.indices.contains(chosen(.states))
    {
      for (list, owner) in zip(structure.states, stateOwners[chosen(.states)]) {
        for norm in list {
          writer.add(
            norm, at: branch(owner) + "/", stateLabels[chosen(.stateLabels)],
            [.online, .states, .stateLabels, .blocks])
        }
      }
    }
    return writer.assignments
  }

  private func onlineNetwork(_ questions: [Inference.Question]) -> Int {
    guard networkCount == 2, let number = numbers[.online] else { return 0 }
    let answer = questions[number].answers[questions[number].chosen]
    return answer.hasPrefix("number 2") ? 1 : 0
  }

  /// Whether there is a predictor in one network's tensors alone: it is then the online one's, and
  /// does not tell which that is.
  private var isLonelyPredictor: Bool {
    let networks = zip(structure.networks, copies).filter {
      if case .weights = $0.1 { true } else { false }
    }
    return networkCount == 2 && networks.count { $0.0.has("predictor/") } == 1
  }

  /// The assignments so far.
  private struct Writer {
    let structure: FileStructure
    let questions: [Inference.Question]
    let numbers: [Matter: Int]
    var assignments: [Inference.Assignment] = []

    private func open(_ matters: [Matter]) -> [Int] {
      matters.compactMap { numbers[$0] }.filter { !questions[$0].isSure }.sorted()
    }

    private mutating func add(
      _ position: Int, _ native: String, _ axes: String?, _ matters: [Matter]
    ) {
      var (native, matters) = (native, matters)
      if let twins = numbers[.twins], let name = perceptron(native) {
        matters.append(.twins)
        if questions[twins].chosen == 1 {
          let other = name == "projector" ? "predictor" : "projector"
          native = native.replacing("/\(name)/", with: "/\(other)/")
        }
      }
      assignments.append(
        Inference.Assignment(
          source: structure.items[position].name, native: native, axes: axes,
          dependsOn: open(matters)))
    }

    private func perceptron(_ native: String) -> String? {
      ["projector", "predictor"].first { native.contains("/\($0)/") }
    }

    /// A network's layers and batch norms under `root`.
    mutating func add(
      _ network: FoundNetwork, at root: String, _ labels: [NormLabels.Label],
      _ matters: [Matter], online: String?, alone: String?
    ) {
      for layer in network.layers {
        let isKernel = layer.place.hasPrefix("encoder/")
        let isOnlines = alone != nil && layer.place.hasPrefix("predictor/")
        let root = isOnlines ? online ?? root : root
        let asks = (isOnlines ? matters.filter { $0 != .online } : matters).filter {
          $0 != .labels && (isKernel || $0 != .blocks)
        }
        add(
          layer.position, root + layer.place + "/weight",
          isKernel ? structure.kernelAxes : structure.linearAxes, asks)
        if let bias = layer.bias {
          add(bias, root + layer.place + "/bias", structure.items[bias].vectorAxes, asks)
        }
      }
      for norm in network.norms {
        let isOnlines = alone != nil && norm.place.hasPrefix("predictor/")
        add(
          norm, at: isOnlines ? online ?? root : root, labels,
          isOnlines ? matters.filter { $0 != .online } : matters)
      }
    }

    /// A batch norm's vectors and counters under `root`.
    mutating func add(
      _ norm: FoundNorm, at root: String, _ labels: [NormLabels.Label], _ matters: [Matter]
    ) {
      guard norm.vectors.count == labels.count else { return }
      let asks = norm.place.hasPrefix("encoder/") ? matters : matters.filter { $0 != .blocks }
      for (vector, label) in zip(norm.vectors, labels) {
        let isHidden = label == .meanHidden || label == .varianceHidden
        add(
          vector, (isHidden ? "training/bn/" : "") + root + norm.place + "/" + label.rawValue,
          structure.items[vector].vectorAxes, asks)
      }
      guard !root.hasPrefix("optimizer") else { return }
      let counters = "training/bn/" + root + norm.place + "/"
      if norm.counters.count == 1 {
        add(norm.counters[0], counters + "batches", "", asks.filter { $0 != .labels })
      } else if norm.counters.count == 2, labels.count == 4, labels.contains(.meanHidden) {
        for (number, counter) in norm.counters.enumerated() {
          let isMean = [labels[number * 2], labels[number * 2 + 1]].contains(.mean)
          add(counter, counters + (isMean ? "mean_counter" : "variance_counter"), "", asks)
        }
      }
    }
  }
}
