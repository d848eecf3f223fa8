#if ONEDNN
  import Dispatch
  import Glibc

  /// The threads on which the library computes, for what it does not compute itself.
  ///
  /// Two sets of threads on the same cores would wait for each other, so work is handed to the
  /// library's own OpenMP team (GNU's or Intel's, both of which have GNU's entry points), found where
  /// the library has loaded it; without one, to Dispatch.
  ///
  /// Safe, since the entry points stay loaded and are called as they are declared.
  @safe
  final class OneDNNTeam {
    /// The number of threads.
    let threads: Int
    private typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> Void
    private typealias Parallel =
      @convention(c) (Body, UnsafeMutableRawPointer?, UInt32, UInt32) ->
      Void
    private typealias Number = @convention(c) () -> Int32
    private let parallel: Parallel?
    private let number: Number?
    private let width: Number?

    /// A team of so many threads, at least one.
    init(threads: Int) {
      self.threads = max(1, min(threads, 1024))
      unsafe parallel = dlsym(nil, "GOMP_parallel").map {
        unsafe unsafeBitCast($0, to: Parallel.self)
      }
      number = unsafe dlsym(nil, "omp_get_thread_num").map {
        unsafe unsafeBitCast($0, to: Number.self)
      }
      width = unsafe dlsym(nil, "omp_get_num_threads").map {
        unsafe unsafeBitCast($0, to: Number.self)
      }
    }

    /// Makes the calling thread's parallel regions, the library's among them, that wide.
    func use() {
      guard let symbol = unsafe dlsym(nil, "omp_set_num_threads") else { return }
      typealias SetThreads = @convention(c) (Int32) -> Void
      unsafe unsafeBitCast(symbol, to: SetThreads.self)(Int32(threads))
    }

    /// Calls `body` with contiguous ranges of 0..<count, one a thread, and waits for all.
    ///
    /// The ranges depend on the number of threads asked for alone, not on how many came.
    func share(_ count: Int, _ body: (Range<Int>) -> Void) {
      let parts = min(threads, count)
      guard parts > 1 else {
        if count > 0 { body(0..<count) }
        return
      }
      withoutActuallyEscaping(body) { body in
        var work = Work(parts: parts, count: count, body: body, number: number, width: width)
        guard let parallel = unsafe parallel, number != nil, width != nil else {
          nonisolated(unsafe) let work = work
          DispatchQueue.concurrentPerform(iterations: parts) { unsafe work.run($0, by: parts) }
          return
        }
        unsafe withUnsafeMutablePointer(to: &work) { pointer in
          unsafe parallel(
            { context in
              guard let work = unsafe context?.assumingMemoryBound(to: Work.self).pointee else {
                return
              }
              work.run(Int(work.number?() ?? 0), by: Int(work.width?() ?? 1))
            }, unsafe pointer, UInt32(parts), 0)
        }
      }
    }

    /// What the threads are told.
    private struct Work {
      let parts: Int
      let count: Int
      let body: (Range<Int>) -> Void
      let number: Number?
      let width: Number?

      func run(_ first: Int, by step: Int) {
        for part in stride(from: first, to: parts, by: max(1, step)) {
          body(part * count / parts..<(part + 1) * count / parts)
        }
      }
    }
  }
#endif
