/// The engines there are; which depends on the libraries the program was built with.
public enum Engines {
  /// The reference: slow, in float64.
  public static func exact(threads: Int = 2) -> any Engine {
    OpenBLASEngine(precision: .float64, threads: threads)
  }

  /// The fastest: oneDNN where it was built in, else OpenBLAS; both in float32.
  public static func fast(threads: Int = 2) -> any Engine {
    #if ONEDNN
      OneDNNEngine(threads: threads)
    #else
      OpenBLASEngine(precision: .float32, threads: threads)
    #endif
  }

  /// Every engine, by the name on the command line; a new engine is a line.
  public static func all(threads: Int = 2) -> [(name: String, engine: any Engine)] {
    var engines: [(String, any Engine)] = []
    #if ONEDNN
      engines.append(("onednn", OneDNNEngine(threads: threads)))
    #endif
    engines.append(("openblas", OpenBLASEngine(precision: .float32, threads: threads)))
    engines.append(("openblas-f64", OpenBLASEngine(precision: .float64, threads: threads)))
    return engines
  }
}
