import Archives
import Glibc
import Tensors

/// Starts the program anew, once, where addresses are limited (`ulimit -v`), so that libraries take fewer.
///
/// glibc reserves 64 MB for the heap of every thread, and OpenBLAS 128 MB for every processor as soon as
/// it is loaded: more than most checkpoints need. Both are told otherwise by variables that they read at
/// their start alone. Whoever has set them is obeyed.
func startAnewWhereAddressesAreLimited() {
  guard AddressSpace.limit != nil else { return }
  let names: [String] = ["MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS"]
  let missing = names.filter { getenv($0) == nil }
  guard !missing.isEmpty, let path = try? HelperProgram.ownPath() else { return }
  for name in missing { setenv(name, "1", 0) }
  execv(path, CommandLine.unsafeArgv)
  // Where that cannot be done, the program goes on as it is.
}
