/// The files of this folder, embedded in the program.
public enum Schemas {
  /// `checkpoint.json`: the names, axes and types of the native layout.
  public static var checkpoint: [UInt8] { PackageResources.checkpoint_json }

  /// One JSON file for each dialect, by name; a new dialect is a line.
  public static var dialects: [(name: String, json: [UInt8])] {
    [
      ("haiku", PackageResources.haiku_json)
    ]
  }
}
