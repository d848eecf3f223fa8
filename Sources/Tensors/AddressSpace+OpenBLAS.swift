import Glibc

extension AddressSpace {
  /// The name under which OpenBLAS's buffers are kept.
  private static let openBLAS = "OpenBLAS's buffers"

  /// Refuses matrix products where OpenBLAS has no room for its buffers: it would ask for ever.
  ///
  /// It maps 128 MiB (`BUFFER_SIZE` of x86-64, `common_x86_64.h`) for each thread that multiplies at the
  /// same time, and keeps them. What runs beside it must not starve for them.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public static func requireOpenBLAS(threads: Int) throws {
    try require(threads << 27, keptBy: openBLAS, margin: 3 * threadByteCount)
  }

  /// Has OpenBLAS unmap its buffers where addresses are limited and nobody multiplies.
  ///
  /// Only where it has no threads of its own, which it now and then waits for without end.
  public static func releaseOpenBLAS() {
    guard limit != nil, (1...1 << 27).contains(kept(by: openBLAS)),
      OwnProcess.variable("OPENBLAS_NUM_THREADS") == "1",
      let symbol = unsafe dlsym(nil, "blas_shutdown")
    else { return }
    typealias Shutdown = @convention(c) () -> Void
    unsafe unsafeBitCast(symbol, to: Shutdown.self)()
    forget(openBLAS)
  }
}
