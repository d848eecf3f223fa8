/// The files of this folder, embedded in the program.
public enum Schemas {
  /// `checkpoint.json`: the names, axes and types of the native layout.
  public static var checkpoint: [UInt8] { PackageResources.checkpoint_json }

  /// What dialects have in common, by name.
  public static var fragments: [(name: String, json: [UInt8])] {
    [
      ("torch", PackageResources.torch_json)
    ]
  }

  /// One JSON file for each dialect, by name; a new dialect is a line. Where names fit several
  /// dialects alike, the first is taken.
  public static var dialects: [(name: String, json: [UInt8])] {
    [
      ("haiku", PackageResources.haiku_json),
      ("torchvision", PackageResources.torchvision_json),
      ("solo-learn", PackageResources.solo_learn_json),
    ]
  }
}
