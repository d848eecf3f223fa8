// Disturbs one chosen system call of a program: loaded before the C library (LD_PRELOAD), it counts the
// calls that concern files under one folder, writes each to a log, and at the chosen one returns an error,
// writes less than it was asked to, or kills the process.
//
// Environment:
//   FAULTS_UNDER  the folder, as an absolute path without links
//   FAULTS_LOG    the file to which a line is appended for each call, before it is made
//   FAULTS_AT     the number of the call that is disturbed, from 1; 0 or absent for none
//   FAULTS_DO     what happens to it:
//                   error NUMBER   it fails with this errno (a close still closes, as Linux does)
//                   short          a write takes half of its bytes
//                   kill before    SIGKILL instead of the call
//                   kill after     SIGKILL once the call is done
//                   kill later NS  SIGKILL so many nanoseconds after the call began
//   FAULTS_WITHOUT  "exchange" where two names are to be unable to change places, as on file systems that
//                   do not know renameat2's flag
//
// Only the process itself is disturbed: programs that it starts do not load this.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *under;
static size_t under_length;
static int log_descriptor = -1;
static long chosen;
static atomic_long counted;
static enum { NOTHING, FAIL, SHORT, KILL_BEFORE, KILL_AFTER, KILL_LATER } deed;
static long number;
static int has_no_exchange;

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("FAULTS_UNDER"), *log = getenv("FAULTS_LOG");
  const char *at = getenv("FAULTS_AT"), *what = getenv("FAULTS_DO");
  unsetenv("LD_PRELOAD");
  if (!folder || !log) return;
  // The program may change its environment; these stay.
  under = strdup(folder);
  under_length = strlen(under);
  int made = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  log_descriptor = (int)syscall(SYS_fcntl, made, F_DUPFD_CLOEXEC, 500);
  syscall(SYS_close, made);
  chosen = at ? atol(at) : 0;
  const char *without = getenv("FAULTS_WITHOUT");
  has_no_exchange = without && !strcmp(without, "exchange");
  if (!what) return;
  if (sscanf(what, "error %ld", &number) == 1) deed = FAIL;
  else if (sscanf(what, "kill later %ld", &number) == 1) deed = KILL_LATER;
  else if (!strcmp(what, "short")) deed = SHORT;
  else if (!strcmp(what, "kill before")) deed = KILL_BEFORE;
  else if (!strcmp(what, "kill after")) deed = KILL_AFTER;
}

static void die(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

static void *die_later(void *unused) {
  struct timespec pause = {number / 1000000000, number % 1000000000};
  nanosleep(&pause, NULL);
  die();
  return unused;
}

static int concerns(const char *path) {
  return under && path && !strncmp(path, under, under_length) &&
         (path[under_length] == '/' || path[under_length] == 0);
}

// The path of an open file, or nothing where it is not under the folder.
static const char *path_of(int descriptor, char *space, size_t size) {
  if (!under || descriptor < 0) return NULL;
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, space, size - 1);
  if (length < 0) return NULL;
  space[length] = 0;
  return concerns(space) ? space : NULL;
}

// A path that may be relative to an open folder.
static const char *path_at(int folder, const char *path, char *space, size_t size) {
  if (!under || !path) return NULL;
  if (path[0] == '/') return concerns(path) ? path : NULL;
  if (folder == AT_FDCWD) return NULL; // the harness gives absolute paths
  if (!path_of(folder, space, size)) return NULL;
  size_t length = strlen(space);
  snprintf(space + length, size - length, "/%s", path);
  return space;
}

// Counts and logs a call; whether it is the chosen one.
static int met(const char *name, const char *path, const char *more) {
  long mine = atomic_fetch_add(&counted, 1) + 1;
  int is_chosen = mine == chosen && deed != NOTHING;
  char line[2 * 4096 + 64];
  int length = snprintf(line, sizeof line, "%ld\t%s\t%s\t%s\t%s\n", mine, name, path, more ? more : "",
                        is_chosen ? "!" : "");
  if (length >= (int)sizeof line) length = sizeof line - 1;
  syscall(SYS_write, log_descriptor, line, length);
  if (!is_chosen) return 0;
  if (deed == KILL_BEFORE) die();
  if (deed == KILL_LATER) {
    pthread_t thread;
    pthread_create(&thread, NULL, die_later, NULL);
  }
  return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// The call, disturbed where it is the chosen one. `failed` is what it returns with errno set.
#define DISTURBED(type, is_met, failed, call) \
  do { \
    if (!(is_met)) return call; \
    if (deed == FAIL) { errno = (int)number; return failed; } \
    type result = call; \
    if (deed == KILL_AFTER) die(); \
    return result; \
  } while (0)

#define SPACE char space[4096 + 300]
#define ON(descriptor) path_of(descriptor, space, sizeof space)

// What opening says in the log: whether the file is made, read or written.
static const char *kind_of(int flags) {
  if (flags & O_DIRECTORY) return "folder";
  if (flags & O_EXCL) return "new";
  return (flags & O_ACCMODE) == O_RDONLY ? "read" : flags & O_CREAT ? "create" : "write";
}

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    DISTURBED(int, concerns(path) && met("open", path, kind_of(flags)), -1, \
              NEXT(name)(path, flags, mode)); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    SPACE; \
    const char *whole = path_at(folder, path, space, sizeof space); \
    DISTURBED(int, whole && met("open", whole, kind_of(flags)), -1, \
              NEXT(name)(folder, path, flags, mode)); \
  }
OPENAT(openat)
OPENAT(openat64)

#define WRITING(name, parameters, arguments, halved) \
  ssize_t name parameters { \
    SPACE; \
    const char *path = ON(descriptor); \
    if (!path || !met(#name, path, NULL)) return NEXT(name) arguments; \
    if (deed == FAIL) { errno = (int)number; return -1; } \
    ssize_t result = deed == SHORT ? NEXT(name) halved : NEXT(name) arguments; \
    if (deed == KILL_AFTER) die(); \
    return result; \
  }
#define HALF(size) ((size) > 1 ? (size) / 2 : (size))
WRITING(write, (int descriptor, const void *bytes, size_t size), (descriptor, bytes, size),
        (descriptor, bytes, HALF(size)))
WRITING(pwrite, (int descriptor, const void *bytes, size_t size, off_t at),
        (descriptor, bytes, size, at), (descriptor, bytes, HALF(size), at))
WRITING(pwrite64, (int descriptor, const void *bytes, size_t size, off64_t at),
        (descriptor, bytes, size, at), (descriptor, bytes, HALF(size), at))
WRITING(writev, (int descriptor, const struct iovec *parts, int count), (descriptor, parts, count),
        (descriptor, parts, HALF(count)))
WRITING(pwritev, (int descriptor, const struct iovec *parts, int count, off_t at),
        (descriptor, parts, count, at), (descriptor, parts, HALF(count), at))

#define ON_DESCRIPTOR(name, parameters, arguments) \
  int name parameters { \
    SPACE; \
    const char *path = ON(descriptor); \
    DISTURBED(int, path && met(#name, path, NULL), -1, NEXT(name) arguments); \
  }
ON_DESCRIPTOR(fsync, (int descriptor), (descriptor))
ON_DESCRIPTOR(fdatasync, (int descriptor), (descriptor))
ON_DESCRIPTOR(ftruncate, (int descriptor, off_t size), (descriptor, size))
ON_DESCRIPTOR(ftruncate64, (int descriptor, off64_t size), (descriptor, size))
ON_DESCRIPTOR(fallocate, (int descriptor, int mode, off_t at, off_t size),
              (descriptor, mode, at, size))
ON_DESCRIPTOR(fallocate64, (int descriptor, int mode, off64_t at, off64_t size),
              (descriptor, mode, at, size))
ON_DESCRIPTOR(fchmod, (int descriptor, mode_t mode), (descriptor, mode))
ON_DESCRIPTOR(flock, (int descriptor, int what), (descriptor, what))

// These return the error instead of setting errno.
#define RESERVING(name, offset) \
  int name(int descriptor, offset at, offset size) { \
    SPACE; \
    const char *path = ON(descriptor); \
    DISTURBED(int, path && met("posix_fallocate", path, NULL), (int)number, \
              NEXT(name)(descriptor, at, size)); \
  }
RESERVING(posix_fallocate, off_t)
RESERVING(posix_fallocate64, off64_t)

// The descriptor is gone, whatever close says.
int close(int descriptor) {
  SPACE;
  const char *path = ON(descriptor);
  int is_met = path && met("close", path, NULL);
  int result = NEXT(close)(descriptor);
  if (!is_met) return result;
  if (deed == FAIL) {
    errno = (int)number;
    return -1;
  }
  if (deed == KILL_AFTER) die();
  return result;
}

#define ON_PATH(name, parameters, arguments, path) \
  int name parameters { \
    DISTURBED(int, concerns(path) && met(#name, path, NULL), -1, NEXT(name) arguments); \
  }
ON_PATH(unlink, (const char *path), (path), path)
ON_PATH(rmdir, (const char *path), (path), path)
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(chmod, (const char *path, mode_t mode), (path, mode), path)
ON_PATH(truncate, (const char *path, off_t size), (path, size), path)

#define TWO_PATHS(name) \
  int name(const char *from, const char *to) { \
    int is_met = (concerns(from) || concerns(to)) && met(#name, from, to); \
    DISTURBED(int, is_met, -1, NEXT(name)(from, to)); \
  }
TWO_PATHS(rename)
TWO_PATHS(link)
TWO_PATHS(symlink)

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  SPACE;
  const char *path = path_at(from_folder, from, space, sizeof space);
  DISTURBED(int, path && met("renameat", path, to), -1,
            NEXT(renameat)(from_folder, from, to_folder, to));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  SPACE;
  const char *path = path_at(from_folder, from, space, sizeof space);
  DISTURBED(int, path && met("linkat", path, to), -1,
            NEXT(linkat)(from_folder, from, to_folder, to, flags));
}

int unlinkat(int folder, const char *path, int flags) {
  SPACE;
  const char *whole = path_at(folder, path, space, sizeof space);
  DISTURBED(int, whole && met("unlinkat", whole, NULL), -1, NEXT(unlinkat)(folder, path, flags));
}

int mkdirat(int folder, const char *path, mode_t mode) {
  SPACE;
  const char *whole = path_at(folder, path, space, sizeof space);
  DISTURBED(int, whole && met("mkdirat", whole, NULL), -1, NEXT(mkdirat)(folder, path, mode));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  SPACE;
  const char *path = path_at(from_folder, from, space, sizeof space);
  DISTURBED(int, path && met("renameat2", path, to), -1,
            NEXT(renameat2)(from_folder, from, to_folder, to, flags));
}

// Pages of a file that is mapped to be written.
#define MAPPING(name, offset) \
  void *name(void *address, size_t size, int rights, int flags, int descriptor, offset at) { \
    SPACE; \
    const char *path = \
        (rights & PROT_WRITE) && (flags & MAP_SHARED) && descriptor >= 0 ? ON(descriptor) : NULL; \
    DISTURBED(void *, path && met("mmap", path, NULL), MAP_FAILED, \
              NEXT(name)(address, size, rights, flags, descriptor, at)); \
  }
MAPPING(mmap, off_t)
MAPPING(mmap64, off64_t)

// The calls for which there is no function in every C library.
long syscall(long which, ...) {
  va_list rest;
  va_start(rest, which);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long);
  long d = va_arg(rest, long), e = va_arg(rest, long), f = va_arg(rest, long);
  va_end(rest);
  long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  if (which == SYS_renameat2) {
    if (has_no_exchange && (e & 2)) {
      errno = EINVAL;
      return -1;
    }
    SPACE;
    const char *path = path_at((int)a, (const char *)b, space, sizeof space);
    DISTURBED(long, path && met("renameat2", path, (const char *)d), -1, next(which, a, b, c, d, e, f));
  }
  return next(which, a, b, c, d, e, f);
}
