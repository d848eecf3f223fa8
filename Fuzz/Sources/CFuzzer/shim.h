// What Swift cannot name by itself: libFuzzer's own mutations, and files in memory.
#ifndef BYOL_CFUZZER_H
#define BYOL_CFUZZER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// Mutates SIZE bytes at DATA in place and says how many they are then, at most LIMIT (libFuzzer).
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);

// A new, empty file that has no name and lives in memory, or -1.
static inline int fuzzer_memory_file(void) {
  return (int)syscall(SYS_memfd_create, "fuzz", 1u /* MFD_CLOEXEC */);
}

#endif
