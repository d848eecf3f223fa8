public import Archives

/// The files that a tree of Keras weights is written in, for `writeKeras`.
public enum KerasFiles {
  /// The files of a directory with their names: those of the tree, and Keras' ending of its version.
  ///
  /// A tree that is one file's gets the name `name`.
  public static func files(
    of archive: Archive, named name: String
  ) -> [(name: String, archive: Archive)] {
    guard case .mapping("folder", let entries) = archive.root else {
      return [(name + ending(of: archive.root), archive)]
    }
    return entries.map { entry in
      (
        entry.key.description + ending(of: entry.value),
        Archive(entry.value, format: archive.format)
      )
    }
  }

  private static func ending(of root: Node) -> String {
    KerasLists.isOfKeras3(root) ? ".weights.h5" : ".h5"
  }
}
