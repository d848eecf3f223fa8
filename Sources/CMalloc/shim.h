// glibc's heap, and the stacks of threads: what Swift's own module of it lacks.

#include <malloc.h>
#include <pthread.h>
#include <stddef.h>

// Declared by glibc and musl for programs that ask for GNU's extensions before the first header.
extern int pthread_setattr_default_np(const pthread_attr_t *);

/// Gives threads that begin from now on stacks of so many bytes, unless they ask for others.
///
/// Returns 0, or the error.
static inline int malloc_set_stack_size(size_t count) {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error) return error;
  error = pthread_attr_setstacksize(&attributes, count);
  if (!error) error = pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  return error;
}
