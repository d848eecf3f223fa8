import Archives
import FoundationEssentials
import Tensors

/// The rules above the HDF5 profile, checked on the datasets whose headers could be read.
struct LayoutContent {
  private(set) var findings: [LayoutCheck.Finding] = []
  /// Rules about all of the file, where not all of it could be read.
  private(set) var unchecked: [LayoutRule] = []

  private let datasets: [NativeDataset]
  private let isWhole: Bool
  private var provenance: Provenance?
  private var contract: Contract?

  /// Checks what `profile` found.
  ///
  /// - Throws: `Failure` where the file cannot be read.
  init(_ profile: ProfileCheck) throws {
    datasets = profile.datasets.filter { !$0.path.hasPrefix("x-") }
    isWhole = profile.sawAllDatasets
    let names = try LayoutNames()
    let isNewer = profile.isNewerMinor
    checkPaths(names, isNewer: isNewer)
    try checkDocuments(names, isNewer: isNewer)
    if isWhole {
      let fingerprints = fingerprints
      checkRoot(profile.rootAttributes, fingerprints)
      checkFingerprints(fingerprints)
      checkNetworks()
    } else {
      unchecked = [.rootTexts, .roles, .fingerprint, .documents, .fingerprints, .whole, .contract]
    }
    let order = Dictionary(
      uniqueKeysWithValues: zip(LayoutRule.allCases.map(\.rawValue), LayoutRule.allCases.indices))
    findings.sort { (order[$0.rule] ?? 0, $0.place) < (order[$1.rule] ?? 0, $1.place) }
  }

  private mutating func add(
    _ rule: LayoutRule, _ place: String, expected: String, found: String
  ) {
    findings.append(
      LayoutCheck.Finding(
        rule: rule.rawValue, place: "/" + place, offset: nil, expected: expected, found: found))
  }

  private var tensors: [NativeDataset] { datasets.filter { $0.schema == nil } }

  private var fingerprints: [String: String] {
    Fingerprints(
      tensors.map { ($0.path, $0.elementType, $0.shape, $0.digest) }
    ).byName.mapValues(\.description)
  }

  /// R1, R2, R3.
  private mutating func checkRoot(_ attributes: [NativeAttribute], _ fingerprints: [String: String])
  {
    func text(_ name: String) -> String? {
      guard case .text(let text)? = attributes.first(where: { $0.name == name })?.value else {
        return nil
      }
      return text
    }
    for name in ["created_by", "roles", "fingerprint"] where text(name) == nil {
      add(.rootTexts, "", expected: "the attribute \(name), a text", found: "no such text")
    }
    let present = Set(tensors.map { Role(of: $0.path) })
    let roles = Role.allCases.filter { $0 != .extras && present.contains($0) }
      .map(\.rawValue).joined(separator: ",")
    if let stated = text("roles"), stated != roles {
      add(.roles, "", expected: "roles '\(roles)'", found: "'\(stated)'")
    }
    let fingerprint = fingerprints["all"] ?? ""
    if let stated = text("fingerprint"), stated != fingerprint {
      add(.fingerprint, "", expected: "fingerprint '\(fingerprint)'", found: "'\(stated)'")
    }
  }

  /// P1 to P4.
  private mutating func checkPaths(_ names: LayoutNames, isNewer: Bool) {
    let shapes = Dictionary(
      datasets.map { ($0.path, $0.shape) }, uniquingKeysWith: { first, _ in first })
    for dataset in datasets {
      if dataset.schema != nil {
        guard names.documents[dataset.path] == nil, !isNewer else { continue }
        add(
          .path, dataset.path, expected: "one of the layout's documents", found: "another document")
        continue
      }
      guard let rule = names.rule(of: dataset.path) else {
        let isDocument = names.documents[dataset.path] != nil
        add(
          .path, dataset.path, expected: isDocument ? "a document" : "a tensor's path",
          found: isDocument ? "a tensor" : "a path that the layout does not have")
        continue
      }
      if !rule.types.contains(dataset.elementType) {
        add(
          .elementType, dataset.path,
          expected: rule.types.map(\.rawValue).joined(separator: ", "),
          found: dataset.elementType.rawValue)
      }
      if let axes = rule.axes, axes != dataset.shape.count {
        add(.axes, dataset.path, expected: "\(axes) axes", found: "shape \(dataset.shape)")
      }
      let parts = dataset.path.split(separator: "/", maxSplits: 2)
      if parts[0] == "optimizer", parts.count == 3, isWhole {
        let parameter = shapes[String(parts[2])]
        if let parameter, parameter != dataset.shape {
          add(.slot, dataset.path, expected: "shape \(parameter)", found: "shape \(dataset.shape)")
        }
      }
    }
  }

  /// J1, J2, J3.
  private mutating func checkDocuments(_ names: LayoutNames, isNewer: Bool) throws {
    for name in ["contract", "recipe", "provenance"]
    where isWhole && !datasets.contains(where: { $0.path == name && $0.schema != nil }) {
      add(.documents, name, expected: "a document", found: "none")
    }
    for dataset in datasets {
      guard let schema = dataset.schema, let name = names.documents[dataset.path] else { continue }
      let parts = schema.split(separator: " ", omittingEmptySubsequences: false)
      let version = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
      let isKnown =
        parts.count == 2 && parts[0] == name && version.count == 2 && version[0] == "1"
        && version[1].allSatisfy { ("0"..."9").contains($0) } && !version[1].isEmpty
      if !isKnown {
        add(.schema, dataset.path, expected: "schema '\(name) 1.0'", found: "'\(schema)'")
      }
      do {
        try read(dataset)
      } catch let failure as Failure {
        let place = failure.place.map { $0 == dataset.path ? "" : "\($0): " } ?? ""
        add(
          .json, dataset.path, expected: "JSON of the schema \(name)",
          found: place + failure.message)
      } catch {
        add(
          .json, dataset.path, expected: "JSON of the schema \(name)", found: describe(error))
      }
    }
  }

  private mutating func read(_ dataset: NativeDataset) throws {
    let data = Data(try NativeReading.document(dataset.tensor, dataset.path))
    let decoder = JSONDecoder()
    switch dataset.path {
    case "contract":
      let read = try decoder.decode(Contract.self, from: data)
      try read.check()
      contract = read
    case "recipe": try decoder.decode(Recipe.self, from: data).check()
    case "provenance": provenance = try decoder.decode(Provenance.self, from: data)
    case "verification": _ = try decoder.decode(Verification.self, from: data)
    case NativeNames.treePath: _ = try decoder.decode(SourceTree.self, from: data)
    // The index is compared byte for byte: rule N4.
    default: break
    }
  }

  /// J4.
  private mutating func checkFingerprints(_ fingerprints: [String: String]) {
    guard let stated = provenance?.fingerprints else { return unchecked.append(.fingerprints) }
    for name in Set(stated.keys).union(fingerprints.keys).sorted()
    where stated[name] != fingerprints[name] {
      add(
        .fingerprints, "provenance", expected: "\(name): \(fingerprints[name] ?? "none")",
        found: stated[name] ?? "none")
    }
  }

  /// C1, C2.
  private mutating func checkNetworks() {
    let entries = tensors.filter { Role(of: $0.path) != .extras }
    let shapes = Dictionary(
      entries.map { ($0.path, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let shown: Architecture
    do {
      shown = try Architecture(shapes: shapes)
      let dropped = provenance?.counts?.dropped ?? 0
      try shown.checkComplete(entries.map(\.path), isPartial: dropped > 0)
    } catch let failure as Failure {
      add(
        .whole, failure.place ?? "online", expected: "the tensors of a whole network",
        found: failure.message)
      return unchecked.append(.contract)
    } catch {
      return unchecked.append(contentsOf: [.whole, .contract])
    }
    guard let contract else { return unchecked.append(.contract) }
    compare(contract, shown)
  }

  private mutating func compare(_ contract: Contract, _ shown: Architecture) {
    var fields = [
      ("encoder.family", contract.encoder.family, shown.family),
      ("mlp.projector", "\(contract.mlp.projector)", "\(shown.projector)"),
      ("mlp.predictor", "\(contract.mlp.predictor)", "\(shown.predictor)"),
    ]
    if shown.family == "resnet" {
      fields += [
        ("encoder.block", contract.encoder.block.rawValue, shown.block.rawValue),
        ("encoder.version", "\(contract.encoder.version)", "\(shown.version)"),
        ("encoder.blocks", "\(contract.encoder.blocks)", "\(shown.blocks)"),
        ("encoder.channels", "\(contract.encoder.channels)", "\(shown.channels)"),
        ("encoder.stem.kernel", "\(contract.encoder.stem.kernel)", "\(shown.stemKernel)"),
      ]
    }
    for (field, stated, shown) in fields where stated != shown {
      add(.contract, "contract", expected: "\(field) \(shown), as the tensors show", found: stated)
    }
  }
}
