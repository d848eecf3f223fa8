extension DialectWriting {
  /// A sentence that names the networks which files of this form have and the checkpoint lacks, or nil
  /// where there is none: nothing is invented.
  func missingRoles() -> String? {
    let present = Set(checkpoint.roles)
    let missing = Role.networks.filter { !present.contains($0) && form.holds($0) }
    guard !missing.isEmpty else { return nil }
    let names = missing.map(\.rawValue).joined(separator: ", ")
    var remedies: [String] = []
    if missing.contains(where: { $0.folder.hasPrefix("target/") }) {
      remedies.append("--target from-online")
    }
    if missing.contains(.onlinePredictor) { remedies.append("--predictor random") }
    let makes = remedies.isEmpty ? "" : "; \(remedies.joined(separator: " and ")) would make them"
    return
      "the checkpoint has no \(names), which files of \(dialect.title) can have: a loader that "
      + "asks for every name refuses this one\(makes)"
  }
}
