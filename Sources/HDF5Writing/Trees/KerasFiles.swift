public import Archives

/// The files that a tree of Keras weights is written in, for `writeKeras`.
public enum KerasFiles {
  /// The files of a directory with their names: those of the tree, and the ending by which Keras knows
  /// its version.
  ///
  /// A tree that is one file's gets the name `name`; a file without weights is none.
  public static func files(
    of archive: Archive, named name: String
  ) -> [(name: String, archive: Archive)] {
    guard case .mapping("folder", let entries) = archive.root else {
      return [(name + ending(of: archive.root), archive)]
    }
    return entries.filter { hasWeights($0.value, depth: 0) }.map { entry in
      (
        entry.key.description + ending(of: entry.value),
        Archive(entry.value, format: archive.format)
      )
    }
  }

  /// Whether a tree has tensors besides attributes.
  private static func hasWeights(_ node: Node, depth: Int) -> Bool {
    depth < 64
      && (node.children ?? []).contains { child in
        guard case .object? = AttributeKey(child.key.description) else { return false }
        if case .tensor = child.value { return true }
        return hasWeights(child.value, depth: depth + 1)
      }
  }

  private static func ending(of root: Node) -> String {
    KerasLists.isOfKeras3(root) ? ".weights.h5" : ".h5"
  }
}
