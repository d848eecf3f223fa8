// What Linux can do and Swift cannot call: variadic functions, a BPF program, calls beyond POSIX.

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The resources that can be limited.
static const int sandbox_core_size = RLIMIT_CORE;
static const int sandbox_processor_seconds = RLIMIT_CPU;
static const int sandbox_address_space = RLIMIT_AS;
static const int sandbox_file_size = RLIMIT_FSIZE;
static const int sandbox_open_files = RLIMIT_NOFILE;
static const int sandbox_processes = RLIMIT_NPROC;

/// Limits a resource of this process for good.
static inline int sandbox_limit(int resource, unsigned long value) {
  struct rlimit limit = {value, value};
  return setrlimit(resource, &limit);
}

/// Ends this process with its parent.
static inline int sandbox_die_with_parent(void) {
  return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/// Keeps this process from ever gaining rights, by a program with the set-user-ID bit say.
static inline int sandbox_no_new_privileges(void) {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// Closes every descriptor from `first` on.
static inline void sandbox_close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) return;
#endif
  for (int descriptor = first; descriptor < 4096; descriptor++) close(descriptor);
}

#if defined(__x86_64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/// Leaves this process memory, reading what is open, and writing to descriptor 1; every other
/// system call fails with EPERM from here on: opening, sockets, programs, processes, executable
/// memory.
///
/// Returns -1 where the kernel or an outer sandbox does not allow filters.
static inline int sandbox_allow_only_reading(void) {
#ifdef SANDBOX_ARCHITECTURE
#define SANDBOX_LOAD(field) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SANDBOX_REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define SANDBOX_PERMIT BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define SANDBOX_ALLOW(call) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), SANDBOX_PERMIT
// Low halves of arguments: both machines are little-endian.
#define SANDBOX_ALLOW_ON(call, descriptor)                                               \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), SANDBOX_LOAD(args[0]),          \
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, descriptor, 0, 1), SANDBOX_PERMIT, SANDBOX_REFUSE
#define SANDBOX_ALLOW_DATA(call)                                                         \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), SANDBOX_LOAD(args[2]),          \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0), SANDBOX_PERMIT, SANDBOX_REFUSE
  struct sock_filter rules[] = {
      SANDBOX_LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCHITECTURE, 1, 0),
      SANDBOX_REFUSE,
      SANDBOX_LOAD(nr),
      SANDBOX_ALLOW_ON(pread64, 0),
      SANDBOX_ALLOW_ON(write, 1),
      SANDBOX_ALLOW_DATA(mmap),
      SANDBOX_ALLOW_DATA(mprotect),
      SANDBOX_ALLOW(munmap),
      SANDBOX_ALLOW(mremap),
      SANDBOX_ALLOW(madvise),
      SANDBOX_ALLOW(brk),
      SANDBOX_ALLOW(futex),
      SANDBOX_ALLOW(getrandom),
      SANDBOX_ALLOW(clock_gettime),
      SANDBOX_ALLOW(rt_sigprocmask),
      SANDBOX_ALLOW(rt_sigreturn),
      SANDBOX_ALLOW(restart_syscall),
      SANDBOX_ALLOW(exit),
      SANDBOX_ALLOW(exit_group),
      SANDBOX_REFUSE,
  };
  struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
  errno = ENOSYS;
  return -1;
#endif
}

/// Lets two names of one file system change places in one step.
///
/// Fails with EINVAL or ENOSYS where the file system or the kernel cannot.
static inline int linux_exchange(const char *one, const char *other) {
#ifdef SYS_renameat2
  // Not by the names of <fcntl.h>: it would make this module the owner of `stat`.
  const int here = -100, exchange = 2;
  return (int)syscall(SYS_renameat2, here, one, here, other, exchange);
#else
  errno = ENOSYS;
  return -1;
#endif
}

/// Gives the calling thread a name, of which 15 bytes are kept.
static inline int linux_name_thread(const char *name) {
  return prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// A system call by its number, for those that the C library has no function for.
static inline long linux_call(long number, long one, long two, long three) {
  return syscall(number, one, two, three);
}
