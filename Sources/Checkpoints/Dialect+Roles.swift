import Archives

extension Dialect {
  /// Whether files of this dialect are written in the format.
  public func isWritten(in format: any ArchiveFormat) -> Bool {
    file.forms.contains { $0.formats?.contains(format.name) ?? true }
  }

  /// Whether some form of this dialect has a place for tensors of the role.
  ///
  /// - Throws: `Failure` where a rule of the dialect is broken.
  public func holds(_ role: Role) throws -> Bool {
    try file.forms.contains { text in
      let rules = try rules(of: text, spelling: .plain)
      return Form(text: text, spelling: .plain, rules: rules).holds(role)
    }
  }
}

extension Dialect.Form {
  /// Whether files of this form have a place for tensors of the role.
  func holds(_ role: Role) -> Bool {
    rules.contains { rule in
      guard !rule.isAlias, case .tensor(let native, _) = rule.destination else { return false }
      return native.begins(with: role.folder, rule.bound)
    }
  }
}
