/// The names of garder14's networks, with which its files' names begin.
public enum KerasNetworks {
  private static let names: [(name: String, role: Role)] = [
    ("f_online", .onlineEncoder), ("g_online", .onlineProjector), ("q_online", .onlinePredictor),
    ("f_target", .targetEncoder), ("g_target", .targetProjector),
  ]

  /// The name of the network of a role, or nil where the program has none.
  public static func name(of role: Role) -> String? {
    names.first { $0.role == role }?.name
  }

  /// The network that a file's name tells, or nil where it tells none, or a network of the other kind.
  static func network(of file: String, isEncoder: Bool) -> String? {
    names.first { name, role in
      (file == name || file.hasPrefix(name + "_"))
        && isEncoder == (role == .onlineEncoder || role == .targetEncoder)
    }?.name
  }
}
