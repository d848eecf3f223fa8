// What ThreadSanitizer does not see, told to it: synchronisation by code that was built without it.
//
// Loaded before other libraries (LD_PRELOAD). Two things order our memory accesses and are invisible:
// the slow paths of Swift's `Mutex`, which lie in the library (the fast ones are compiled into us),
// and the beginning and end of a parallel region of GNU's OpenMP, whose threads run closures of ours.
// Each is called as it is, between the annotations that say what it promises. Without them whatever a
// contended lock guards would be reported; suppressing that would hide what is really wrong there.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Defined by the program, if it was built with the sanitizer.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

static void acquire(void *address) {
  if (__tsan_acquire) __tsan_acquire(address);
}

static void release(void *address) {
  if (__tsan_release) __tsan_release(address);
}

// The next definition of a symbol, looked up once; threads that meet here find the same.
#define NEXT(type, symbol)                                             \
  static type next;                                                    \
  type real = __atomic_load_n(&next, __ATOMIC_RELAXED);                \
  if (!real) {                                                         \
    real = (type)dlsym(RTLD_NEXT, symbol);                             \
    __atomic_store_n(&next, real, __ATOMIC_RELAXED);                   \
  }

// `Synchronization._MutexHandle` (Swift 6, Linux): `self` is passed by its address, as a context.
#define HANDLE __attribute__((swift_context)) void *handle
#define SWIFT __attribute__((swiftcall))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slowly(uint32_t thread, HANDLE) __asm__(LOCK);
SWIFT bool try_lock_slowly(HANDLE) __asm__(TRY_LOCK);
SWIFT void unlock_slowly(HANDLE) __asm__(UNLOCK);
typedef SWIFT void (*locking)(uint32_t thread, HANDLE);
typedef SWIFT bool (*trying)(HANDLE);
typedef SWIFT void (*unlocking)(HANDLE);

SWIFT void lock_slowly(uint32_t thread, HANDLE) {
  NEXT(locking, LOCK)
  real(thread, handle);
  acquire(handle);
}

SWIFT bool try_lock_slowly(HANDLE) {
  NEXT(trying, TRY_LOCK)
  bool locked = real(handle);
  if (locked) acquire(handle);
  return locked;
}

SWIFT void unlock_slowly(HANDLE) {
  NEXT(unlocking, UNLOCK)
  release(handle);
  real(handle);
}

// A parallel region: every thread begins after the one that asked for it, which goes on after all.
struct region {
  void (*body)(void *);
  void *argument;
};

static void enter(void *argument) {
  struct region *region = argument;
  acquire(region);
  region->body(region->argument);
  release(region);
}

typedef void (*forking)(void (*)(void *), void *, unsigned, unsigned);

void GOMP_parallel(void (*body)(void *), void *argument, unsigned threads, unsigned flags) {
  NEXT(forking, "GOMP_parallel")
  struct region region = {body, argument};
  release(&region);
  real(enter, &region, threads, flags);
  acquire(&region);
}
