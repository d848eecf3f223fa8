import Archives
import CMalloc
import Glibc
import Tensors

/// Takes fewer addresses where they are limited (`ulimit -v`), by starting the program anew, once.
///
/// glibc reserves 64 MB for the heap of every thread and 8 MB for its stack, and OpenBLAS 128 MB for every
/// processor as soon as it is loaded: more than most checkpoints need. Heaps and OpenBLAS are told
/// otherwise by variables that are read at the start alone. Whoever has set them is obeyed.
func startAnewWhereAddressesAreLimited() {
  guard AddressSpace.limit != nil else { return }
  let names: [String] = ["MALLOC_ARENA_MAX", "OPENBLAS_NUM_THREADS"]
  let missing = names.filter { OwnProcess.variable($0) == nil }
  if !missing.isEmpty, let path = try? HelperProgram.ownPath() {
    for name in missing { unsafe setenv(name, "1", 0) }
    unsafe execv(path, CommandLine.unsafeArgv)
    // Where that cannot be done, the program goes on as it is.
  }
  // Threads hash, copy and multiply: none of that is deep. Where this fails they are larger, and no worse.
  _ = malloc_set_stack_size(2 << 20)
}
