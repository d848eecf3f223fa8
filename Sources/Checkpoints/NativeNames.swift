import Archives

/// Names of the native layout above its HDF5 rules; `docs/format.md` explains it.
public enum NativeNames {
  /// Readers refuse another major version.
  public static let major = Int(NativeLayout.version.major)
  /// Readers read a newer minor version with a warning.
  public static let minor = Int(NativeLayout.version.minor)
  /// JSON documents at the root.
  public static let documents = ["contract", "recipe", "provenance", "index", "verification"]
  /// The JSON tree of the source's names.
  public static let treePath = "extras/tree"
  /// The native path of random state.
  public static let randomPath = "training/random"
  /// The native path of the state of a run of byol-train, which no other program has a place for.
  public static let runPath = "training/run"
  /// The name of this package.
  public static let package = "byol-checkpoints"
  /// The version of this package and of its tools: the only place where it is said.
  public static let version = "1.0.0"
  /// The package and its version, as files name the program that made them.
  public static let createdBy = "\(package) \(version)"
}
