import Checkpoints

// A C target: a definition can reach C, and a change of it compiles one file anew.
#if canImport(CBuild)
  import CBuild
#endif

/// What a tool's `--version` prints: tool, package and version on the first line, as GNU's tools do;
/// on the second the version of the native layout, and the commit where the build knew it.
///
/// - Parameter tool: the tool's name, `byol-convert`.
public func versionText(_ tool: String) -> String {
  let commit = buildCommit.map { ", commit \($0)" } ?? ""
  return """
    \(tool) (\(NativeNames.package)) \(NativeNames.version)
    native layout \(NativeNames.major).\(NativeNames.minor)\(commit)
    """
}

/// The commit that was built, or nil where the build did not know it.
var buildCommit: String? {
  #if canImport(CBuild)
    let commit = unsafe String(cString: byol_build_commit())
    return commit.isEmpty ? nil : commit
  #else
    return nil
  #endif
}
