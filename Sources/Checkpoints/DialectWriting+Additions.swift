import Archives
import Tensors

extension DialectWriting {
  /// Refuses, or fills with zeros by the user's word, biases that the dialect's own class has and the
  /// checkpoint lacks.
  func addBiases(_ named: inout [Named], _ notes: inout [String]) throws {
    var added: [String] = []
    let written = Set(named.map(\.path))
    for (number, mount) in form.text.mounts.enumerated() where mount.alias != true {
      let biases = mount.biases ?? []
      // A head of more layers is another one, whose biases the dialect's file does not tell.
      guard checkpoint["\(mount.native)linear\(biases.count)/weight"] == nil else { continue }
      for (layer, isExpected) in biases.enumerated() {
        let base = "\(mount.native)linear\(layer)"
        guard let weight = checkpoint[base + "/weight"], written.contains(base + "/weight"),
          let outputs = weight.shape.first
        else { continue }
        let hasBias = checkpoint[base + "/bias"] != nil
        if hasBias == isExpected { continue }
        if hasBias {
          throw Failure(
            .usage, place: base + "/bias",
            "\(dialect.title) has no bias here: \(dialect.name) cannot hold this network"
              + "; --drop \(base)/bias leaves it out, and changes the function")
        }
        guard options.zeroBiases else {
          throw Failure(
            .usage, place: base + "/bias",
            "\(dialect.title) has a bias here and the checkpoint none; --zero-biases writes zeros, "
              + "which are trained from then on")
        }
        let zeros = try Tensor(
          weight.elementType, shape: [outputs],
          bytes: [UInt8](repeating: 0, count: outputs * weight.elementType.byteCount))
        try add(Checkpoint.Entry(base + "/bias", zeros), mount: number, to: &named)
        added.append(base + "/bias")
      }
    }
    if !added.isEmpty {
      notes.append(
        "zeros were written for biases that the checkpoint has not: "
          + added.joined(separator: ", "))
    }
  }

  /// Counters and the inner state of moving averages that the dialect has and the checkpoint lacks.
  func addDerived(_ named: inout [Named]) throws {
    for rule in form.rules {
      guard let derived = rule.derived, case .tensor(let native, _) = rule.destination,
        native.text.hasPrefix("training/")
      else { continue }
      if case .step = derived, checkpoint[native.text] == nil,
        let tensor = try derived.tensor([:], of: checkpoint, nativeWords)
      {
        try add(Checkpoint.Entry(native.text, tensor), mount: rule.mount, to: &named)
      }
      // Wherever the batch norm is, its counter is too.
      for entry in checkpoint.entries where entry.path.hasSuffix("/scale") {
        let bn = String(entry.path.dropLast(6))
        for path in native.trainingPaths(of: bn) {
          guard checkpoint[path] == nil,
            let bindings = try native.match(Array(path.utf8), maps: nativeWords, known: rule.bound),
            rule.dialect.print(bindings, maps: dialect.maps) != nil,
            let tensor = try derived.tensor(bindings, of: checkpoint, nativeWords)
          else { continue }
          try add(Checkpoint.Entry(path, tensor), mount: rule.mount, to: &named)
        }
      }
    }
  }

  /// Adds a tensor under the name of the first rule of a mount that has one.
  func add(
    _ entry: Checkpoint.Entry, mount: Int, to named: inout [Named]
  ) throws {
    let path = Array(entry.path.utf8)
    for rule in form.rules where rule.mount == mount {
      guard let one = try self.named(entry, path, by: rule) else { continue }
      named.append(one)
      return
    }
  }
}

extension Derivation {
  /// The tensor, or nil where what it is made of is not there.
  fileprivate func tensor(
    _ bindings: Bindings, of checkpoint: Checkpoint, _ words: WordMaps
  ) throws -> Tensor? {
    switch self {
    case .copy(let template):
      return template.print(bindings, maps: words).flatMap { checkpoint[$0] }
    case .count(let templates, let type):
      for template in templates {
        guard let path = template.print(bindings, maps: words),
          let count = try checkpoint[path]?.integers()?.first
        else { continue }
        return try Tensor(type, counter: count)
      }
      return try Tensor(type, counter: 0)
    case .step(let type):
      // A program that averages by this number takes 0 for a run that has not begun, and copies the
      // online network over the target.
      return try Tensor(type, counter: max(1, checkpoint.recipe.step ?? 1))
    case .settled:
      // 0.9 to the 1000th power is nothing in float32.
      return try Tensor(.int32, counter: 1000)
    }
  }
}

extension Tensor {
  /// A whole number as a scalar.
  fileprivate init(_ type: ElementType, counter: Int) throws {
    try self.init(
      type, shape: [],
      bytes: Array(
        Int64(counter).littleEndianBytes.prefix(type.byteCount)))
  }
}

extension Template {
  /// The names that this template of the training state can have for a batch norm.
  fileprivate func trainingPaths(of bn: String) -> [String] {
    let base = "training/bn/\(bn)/"
    if text.hasSuffix("/batches") { return [base + "batches"] }
    return ["mean", "variance"].flatMap { leaf in
      ["hidden", "counter"].map { base + leaf + "_" + $0 }
    }
  }

  /// Whether names of this template can begin with `start`.
  func begins(with start: String, _ bound: Bindings) -> Bool {
    var result = ""
    for piece in pieces {
      switch piece {
      case .literal(let bytes): result += String(decoding: bytes, as: UTF8.self)
      case .hole(let hole):
        guard let value = bound[hole.name] else { return result.hasPrefix(start) }
        result += value
      }
      if result.count >= start.count { break }
    }
    return result.hasPrefix(start)
  }
}
